// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ContextKeys;
import io.rankmq.api.Shareable;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A hundred thousand events from four ranks that fire faster than the parent handles. */
@Timeout(180)
class EventStormTest {
    private static final int RANKS = 4;
    private static final long EVENTS_PER_RANK = 25_000;
    private static final long PAYLOAD = 2048;

    /** Of one event that waits: its payload, its header and the objects around them, generously. */
    private static final long BYTES_PER_EVENT = PAYLOAD + 2048;

    /** A window of events for each rank (docs/protocol.md, section 8), and room for what else the JVM does; all events are 200 MB. */
    private static final long BOUND =
            (long) RANKS * SessionLimits.DEFAULT.eventWindow() * BYTES_PER_EVENT + (32L << 20);

    private static final long BETWEEN_LOOKS = TimeUnit.MILLISECONDS.toNanos(200);

    private final AtomicLongArray next = new AtomicLongArray(RANKS);
    private final AtomicLongArray disorder = new AtomicLongArray(RANKS);

    @Test
    void losesNothingKeepsTheOrderOfEachRankAndHoldsNoMoreThanItsWindows() throws Exception {
        SessionBuilder builder = new RealRanks().session(RANKS).handler((type, context) -> {
            if (type.equals("storm")) {
                int rank = context.get(ContextKeys.FROM_RANK_NUMBER, Long.class).intValue();
                if (context.get("i", Long.class) != next.getAndIncrement(rank)) {
                    disorder.incrementAndGet(rank);
                }
                // Slower than its rank, so that events wait.
                LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
            }
        });
        long before;
        long most = 0;
        int looks = 0;
        try (Session session = builder.start()) {
            before = heapInUse();
            Shareable storm = new Shareable().put("count", EVENTS_PER_RANK).put("bytes", PAYLOAD);
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "storm", storm);
            while (session.stats().eventsUp() < RANKS * EVENTS_PER_RANK) {
                most = Math.max(most, heapInUse());
                looks++;
                // Collections without a break would be all that the machine does.
                LockSupport.parkNanos(BETWEEN_LOOKS);
            }
            RealRanks.soon(task).orThrow();
        }
        for (int rank = 0; rank < RANKS; rank++) {
            assertThat(next.get(rank)).isEqualTo(EVENTS_PER_RANK);
            assertThat(disorder.get(rank)).isZero();
        }
        assertThat(looks).as("looks at the heap").isGreaterThan(10);
        assertThat(most - before).as("bytes of heap that the storm holds").isLessThan(BOUND);
    }

    /** After a full collection: what is held, not what was used. */
    private static long heapInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
