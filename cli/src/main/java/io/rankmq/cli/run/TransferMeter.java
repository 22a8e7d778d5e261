// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.cli.run.RunEvent.Transfer.Direction;
import io.rankmq.parent.DataStats;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Finds out from the counters of the data plane which transfers take longer than a second. Pure: it is told counters and the time. Safe for use by many threads. */
final class TransferMeter {
    /** A shorter one is not told. */
    static final long TOLD_AFTER_NANOS = 1_000_000_000L;

    /** A pause as long ends a transfer before its round does: a peer that was lost is asked again within three seconds. */
    static final long OVER_AFTER_NANOS = 5_000_000_000L;

    private final List<Flow> flows = List.of(new Flow(Direction.TO_RANKS), new Flow(Direction.FROM_RANKS));

    /** Takes the counters of now in; {@code told} gets what there is to tell. */
    synchronized void sample(DataStats stats, long nowNanos, Consumer<RunEvent.Transfer> told) {
        flows.get(0).sample(stats.written() + stats.chunksOut(), nowNanos, told);
        flows.get(1).sample(stats.chunksIn(), nowNanos, told);
    }

    /** A round is over, and with it its transfers. */
    synchronized void roundEnded(DataStats stats, long nowNanos, Consumer<RunEvent.Transfer> told) {
        sample(stats, nowNanos, told);
        flows.forEach(flow -> flow.end(told));
    }

    private static final class Flow {
        private final Direction direction;
        private long bytes;
        private long sampledAt;
        private long bytesAtStart;
        private long startedAt;
        private long grewAt;
        private boolean isUnderWay;
        private boolean isTold;

        Flow(Direction direction) {
            this.direction = direction;
        }

        void sample(long count, long now, Consumer<RunEvent.Transfer> told) {
            if (count < bytes) {
                // Another gang counts from nothing.
                end(told);
                bytes = 0;
            }
            if (isUnderWay && now - grewAt >= OVER_AFTER_NANOS) {
                end(told);
            }
            if (count > bytes) {
                if (!isUnderWay) {
                    isUnderWay = true;
                    bytesAtStart = bytes;
                    startedAt = sampledAt;
                }
                bytes = count;
                grewAt = now;
            }
            sampledAt = now;
            if (isTold || (isUnderWay && grewAt - startedAt >= TOLD_AFTER_NANOS)) {
                isTold = true;
                told.accept(transfer(now, false));
            }
        }

        void end(Consumer<RunEvent.Transfer> told) {
            if (isTold) {
                told.accept(transfer(grewAt, true));
            }
            isUnderWay = false;
            isTold = false;
        }

        private RunEvent.Transfer transfer(long now, boolean isOver) {
            long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(now - startedAt));
            return new RunEvent.Transfer(direction, bytes - bytesAtStart, millis, isOver);
        }
    }
}
