// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.Map;

/** Makes a {@link SlurmLauncher} from {@code launcher: {type: slurm, ...}}; docs/launchers.md lists the settings. */
public final class SlurmLauncherFactory implements LauncherFactory {

    /** For {@link java.util.ServiceLoader}. */
    public SlurmLauncherFactory() {}

    @Override
    public String type() {
        return "slurm";
    }

    @Override
    public Launcher create(Map<String, Object> settings, Path baseDirectory) {
        SettingsReader reader = new SettingsReader(settings, RemoteSettings.keys(SlurmSettings.KEYS));
        RemoteSettings common = RemoteSettings.read(reader, baseDirectory);
        SlurmSettings slurm = SlurmSettings.read(reader);
        reader.check();
        return new SlurmLauncher(common, slurm, SshLauncher.clientEnvironment());
    }
}
