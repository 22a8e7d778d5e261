// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class LeakTest {

    /** Enough to show a leak of one of anything; a thousand with {@code -Drankmq.leak.cycles=1000}. */
    private static final int CYCLES = Integer.getInteger("rankmq.leak.cycles", 200);

    @Test
    void loopsWithCurveSocketsLeaveNothingBehind() throws Exception {
        CurveKeyPair keys = CurveKeyPair.generate();
        cycle(keys, 20);
        Counts before = Counts.now();
        cycle(keys, CYCLES);
        Awaitility.await().untilAsserted(() -> {
            System.gc();
            Counts after = Counts.now();
            assertThat(after.threads).isLessThanOrEqualTo(before.threads + 2);
            assertThat(after.files).isLessThanOrEqualTo(before.files + 5);
            assertThat(after.directBytes).isLessThan(before.directBytes + (1 << 20));
        });
    }

    @Test
    void sessionsThatTalkedLeaveNothingBehind() throws Exception {
        talk(3);
        Counts before = Counts.now();
        talk(10);
        Awaitility.await().untilAsserted(() -> {
            System.gc();
            Counts after = Counts.now();
            assertThat(after.threads).isLessThanOrEqualTo(before.threads + 2);
            assertThat(after.files).isLessThanOrEqualTo(before.files + 5);
            assertThat(after.directBytes).isLessThan(before.directBytes + (1 << 20));
        });
    }

    private static void cycle(CurveKeyPair keys, int times) {
        for (int i = 0; i < times; i++) {
            try (Peer peer = new Peer("cycle")) {
                ZapAuthenticator zap = peer.authenticator(new KeyRegistry());
                WireSocket.Bind bind = new WireSocket.Bind("127.0.0.1", 0, "control", keys);
                peer.bind(SocketRole.CONTROL_SERVER, bind, zap, m -> {});
                peer.bind(SocketRole.COMMAND_SERVER, bind, zap, m -> {});
            }
        }
    }

    private static void talk(int times) throws InterruptedException {
        for (int i = 0; i < times; i++) {
            try (Gang gang = new Gang(1)) {
                gang.assertUndisturbed();
            }
        }
    }

    private record Counts(long threads, long files, long directBytes) {

        static Counts now() throws IOException {
            long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
            try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
                return new Counts(Thread.getAllStackTraces().size(), files.count(), direct);
            }
        }
    }
}
