// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
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
        SettingsReader reader = new SettingsReader("", settings, keys);
        return new SshLauncher(
                RemoteSettings.read(reader, baseDirectory),
                HostList.read(reader, baseDirectory),
                SshLauncher.words(reader));
    }
}
