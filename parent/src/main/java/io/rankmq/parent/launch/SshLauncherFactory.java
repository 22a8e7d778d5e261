// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes an {@link SshLauncher} from {@code launcher: {type: ssh, ...}}; docs/launchers.md lists the settings. */
public final class SshLauncherFactory implements LauncherFactory {

    /** For {@link java.util.ServiceLoader}. */
    public SshLauncherFactory() {}

    @Override
    public String type() {
        return "ssh";
    }

    @Override
    public Launcher create(Map<String, Object> settings, Path baseDirectory) {
        Set<String> keys = RemoteSettings.keys(SettingsReader.keys(HostList.KEYS, Set.of("ssh")));
        SettingsReader reader = new SettingsReader(settings, keys);
        RemoteSettings common = RemoteSettings.read(reader, baseDirectory);
        List<HostSlots> hosts = HostList.read(reader, baseDirectory);
        List<String> ssh = SshLauncher.words(reader);
        reader.check();
        return new SshLauncher(common, hosts, ssh);
    }
}
