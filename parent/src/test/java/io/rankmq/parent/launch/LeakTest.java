// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LeakTest {
    private static final int GANGS = 1000;

    @Test
    void aThousandGangsLeaveNothing() throws Exception {
        LaunchRequest request = Trial.request(1, null);
        RecordingListener told = new RecordingListener();
        LocalLauncher launcher = LocalLauncher.command(List.of("sh", "-c", "echo $RANKMQ_BOOTSTRAP"));
        launchAndClose(launcher, request, told);
        long descriptors = count("/proc/self/fd");
        for (int i = 0; i < GANGS; i++) {
            launchAndClose(launcher, request, told);
        }
        assertThat(told.exits()).hasSize(GANGS + 1);
        assertThat(told.exits()).allMatch(exit -> Integer.valueOf(0).equals(exit.exitCode()));
        assertThat(told.lines()).hasSize(GANGS + 1);
        assertThat(count("/proc/self/fd")).isLessThanOrEqualTo(descriptors + 2);
        assertThat(told.out(0))
                .allSatisfy(
                        document -> assertThat(Path.of(document).getParent()).doesNotExist());
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("rankmq-gang"));
        // Zombies count as children too.
        await().until(() -> ProcessHandle.current().children().findAny().isEmpty());
    }

    private static void launchAndClose(Launcher launcher, LaunchRequest request, GangListener listener)
            throws Exception {
        try (Gang gang = launcher.launch(request, listener)) {
            assertThat(gang.awaitEnd(Trial.PATIENCE)).isTrue();
        }
    }

    private static long count(String folder) throws Exception {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.count();
        }
    }
}
