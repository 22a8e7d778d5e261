// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The session over real sockets with CURVE, with ranks that need no processes. */
class LightSessionTest {

    @Test
    void aSessionStartsRunsTasksAndEvents() {
        try (Session session = start(3)) {
            TaskResult result = session.execute("task", new Shareable());
            assertThat(result.returnCode()).isEqualTo(ReturnCode.OK);
            session.fireEvent("event", session.newContext());
            assertThat(session.ranks()).allMatch(rank -> rank.state() == RankInfo.State.READY);
            assertThat(session.stats().eventsDown()).isEqualTo(2);
        }
    }

    /** The figure; most of the time goes into 3,000 CURVE handshakes in pure Java. */
    @Test
    void aThousandSessionsLeaveNoThreadDescriptorOrDirectMemoryBehind() throws Exception {
        for (int i = 0; i < 50; i++) {
            startUseClose();
        }
        Usage before = Usage.now();
        for (int i = 0; i < 1000; i++) {
            startUseClose();
        }
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            System.gc();
            Usage after = Usage.now();
            assertThat(after.threads()).as("threads").isLessThanOrEqualTo(before.threads() + 2);
            assertThat(after.descriptors().size())
                    .as("descriptors: %s before, %s after", before.descriptors(), after.descriptors())
                    .isLessThanOrEqualTo(before.descriptors().size() + 4);
            assertThat(after.sockets()).as("sockets").isLessThanOrEqualTo(before.sockets());
            assertThat(after.directBytes()).as("direct memory").isLessThanOrEqualTo(before.directBytes() + (4 << 20));
        });
    }

    private static void startUseClose() {
        try (Session session = start(1)) {
            session.execute("task", new Shareable());
        }
    }

    private static Session start(int worldSize) {
        return Session.builder()
                .worldSize(worldSize)
                .executor("executor")
                .component("executor", "example.Executor", Map.of())
                .allow(List.of("example."))
                .launcher(LightGang.launcher())
                .start();
    }

    /** What is open is kept by its name, so that a failure tells what was left. */
    private record Usage(int threads, List<String> descriptors, long directBytes) {
        static Usage now() throws Exception {
            List<String> descriptors;
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                descriptors = open.map(Usage::target).sorted().toList();
            }
            long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
            return new Usage(Thread.activeCount(), descriptors, direct);
        }

        long sockets() {
            return descriptors.stream()
                    .filter(open -> open.startsWith("socket:"))
                    .count();
        }

        private static String target(Path descriptor) {
            try {
                return Files.readSymbolicLink(descriptor).toString();
            } catch (IOException e) {
                return "closed meanwhile";
            }
        }
    }
}
