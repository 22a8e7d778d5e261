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

/** Over a real sshd of this test's own. */
class SshLauncherContractTest implements LauncherContract {

    @TempDir
    private static Path folder;

    private static @Nullable OwnSshd sshd;

    @BeforeAll
    static void startSshd() throws Exception {
        assumeTrue(OwnSshd.isPossible(), "there is no OpenSSH here");
        sshd = OwnSshd.start(Files.createDirectories(folder.resolve("ssh")));
    }

    @AfterAll
    static void endSshd() {
        if (sshd != null) {
            sshd.close();
        }
    }

    @Override
    public Launcher running(List<String> command) {
        Map<String, Object> settings =
                Map.of("worker", "none", "command", command, "hosts", "localhost:8", "ssh", sshd.words());
        return new SshLauncherFactory().create(settings, folder);
    }
}
