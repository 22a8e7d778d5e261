// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the parent's handlers for the ranks' events: those of one rank one after another, those of different ranks side by side, so that a slow
 * handler for one rank keeps no other waiting. A lane takes a thread only while it has work. How much may wait is bounded by {@link
 * EventIntake}.
 */
final class EventLanes {
    private static final Logger LOG = LoggerFactory.getLogger(EventLanes.class);

    /** Unanswered events are reported to the loop in batches of at most this. */
    private static final int BATCH = 64;

    private static final long IDLE_SECONDS = 60;

    /** Handles one event; returns the answer if its sender waits. */
    interface Work {
        @Nullable
        Answer handle(int rank, Message.Event event);
    }

    /** Told, in the lane's thread, that events up to {@code upto} are handled, {@code count} of them users'. */
    interface Done {
        void handled(int rank, long upto, long count, long bytes, @Nullable Answer answer);
    }

    /** Answer to an event. */
    record Answer(@Nullable Body reply, @Nullable WireError error) {}

    private record Item(long seq, Message.Event event) {}

    private final ExecutorService threads;
    private final Lane[] lanes;
    private final Work work;
    private final Done done;

    EventLanes(String name, int worldSize, Work work, Done done) {
        this.work = work;
        this.done = done;
        lanes = new Lane[worldSize];
        for (int rank = 0; rank < worldSize; rank++) {
            lanes[rank] = new Lane(rank);
        }
        // What comes when it is closed is discarded, and counted where it waits: the loop thread must not be hit by a
        // refusal.
        threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                runnable -> {
                    Thread thread = new Thread(runnable, name + "-events");
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
    }

    /** Called by the loop thread, in the order of the rank's stream. */
    void add(int rank, long seq, Message.Event event) {
        lanes[rank].add(new Item(seq, event));
    }

    /** Runs something that belongs to the session and must not hold up the loop. */
    void run(Runnable task) {
        threads.execute(task);
    }

    /**
     * Waits for running handlers, interrupts those that are over the time, and drops what waits.
     *
     * @return how many events were dropped
     */
    long close(Duration grace) {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                threads.shutdownNow();
                if (!threads.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                    LOG.warn("an event handler of the parent ignores its interruption; its thread is left behind");
                }
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            Thread.currentThread().interrupt();
        }
        return Stream.of(lanes).mapToLong(Lane::dropped).sum();
    }

    private final class Lane implements Runnable {
        private final int rank;
        private final Deque<Item> waiting = new ArrayDeque<>();
        private boolean running;

        Lane(int rank) {
            this.rank = rank;
        }

        void add(Item item) {
            synchronized (this) {
                waiting.addLast(item);
                if (!running) {
                    running = true;
                    threads.execute(this);
                }
            }
        }

        @Override
        public void run() {
            int unreported = 0;
            long count = 0;
            long bytes = 0;
            for (Item item = next(); item != null; item = next()) {
                Answer answer = work.handle(rank, item.event());
                unreported++;
                count += ReservedEvents.isReserved(item.event()) ? 0 : 1;
                bytes += item.event().body().size();
                if (answer != null || unreported == BATCH || isIdle()) {
                    done.handled(rank, item.seq(), count, bytes, answer);
                    unreported = 0;
                    count = 0;
                    bytes = 0;
                }
            }
        }

        private synchronized @Nullable Item next() {
            Item item = threads.isShutdown() ? null : waiting.pollFirst();
            running = item != null;
            return item;
        }

        /** What waits when no thread takes it any more. */
        private synchronized long dropped() {
            return waiting.size();
        }

        private synchronized boolean isIdle() {
            return waiting.isEmpty();
        }
    }
}
