// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** In allocations of a real Slurm of this test's own. */
class SlurmLauncherContractTest implements LauncherContract {

    @TempDir
    private static Path folder;

    private static @Nullable OwnSlurm slurm;

    @BeforeAll
    static void startSlurm() throws Exception {
        assumeTrue(OwnSlurm.isPossible(), "there is no Slurm here, or this is not root");
        slurm = OwnSlurm.start(Files.createDirectories(folder.resolve("slurm")));
    }

    @AfterAll
    static void endSlurm() {
        if (slurm != null) {
            slurm.close();
        }
    }

    @Override
    public Launcher running(List<String> command) {
        Map<String, Object> settings = Map.of("worker", "none", "command", command, "slots", 8);
        SettingsReader reader = new SettingsReader(settings, RemoteSettings.keys(SlurmSettings.KEYS));
        return new SlurmLauncher(RemoteSettings.read(reader, folder), SlurmSettings.read(reader), slurm.environment());
    }
}
