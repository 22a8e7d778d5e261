// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends this process in order: its children first, then the sockets, then the JVM with its shutdown hooks; and by force if that takes too
 * long, because user code is stuck, for instance.
 */
final class ProcessEnd {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);

    /** After this the process is gone, whatever user code does. */
    static final Duration DEADLINE = Duration.ofSeconds(4);

    /** What a process that is told to terminate needs at most: its work, its last word, and the above. */
    private static final Duration TERMINATE_DEADLINE =
            Duration.ofNanos(Timing.TERMINATE_GRACE + Timing.FAREWELL).plus(DEADLINE);

    private final Descendants descendants;
    private final RankThreads threads;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CountDownLatch never = new CountDownLatch(1);
    private volatile @Nullable EventLoop loop;
    private volatile @Nullable RankData data;

    // Guarded by this: which of the two ends the JVM.
    private boolean exiting;
    private boolean shuttingDown;

    ProcessEnd(Descendants descendants, RankThreads threads) {
        this.descendants = descendants;
        this.threads = threads;
    }

    /** The loop to close at the end. */
    void closes(EventLoop owned) {
        loop = owned;
    }

    /** The rank's part in the data plane, to leave at the end. */
    void closes(RankData owned) {
        data = owned;
    }

    /** Begins the end; a second call changes nothing. Any thread; does not wait. */
    void begin(int exitCode, String reason) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        try {
            if (exitCode == ExitCode.CLOSED) {
                LOG.debug("The rank ends: {}", reason);
            } else {
                LOG.error("The rank ends with exit code {}: {}", exitCode, reason);
            }
            threads.onNew("rankmq-watchdog", () -> haltAfter(DEADLINE, exitCode));
            threads.onNew("rankmq-end", () -> end(exitCode));
        } catch (Throwable noThread) {
            // Nothing works any more, not even a thread can be made.
            Runtime.getRuntime().halt(exitCode);
        }
    }

    /** For the shutdown hook: the JVM ends once this returns, so it does not return before everything is done. */
    void onShutdown(Rank rank) {
        synchronized (this) {
            if (exiting) {
                return;
            }
            shuttingDown = true;
        }
        rank.terminate("this process was told to terminate, by a signal or by System.exit in user code");
        haltAfter(TERMINATE_DEADLINE, ExitCode.FAILED);
    }

    /** Keeps the calling thread: a JVM whose last thread returns ends by itself, with exit code 0 whatever was to be said. The watchdog bounds it. */
    void awaitExit() {
        haltAfter(Duration.ofDays(1), ExitCode.FAILED);
    }

    private void end(int exitCode) {
        try {
            int children = descendants.end();
            if (children > 0) {
                LOG.warn("Ended {} processes that user code left running", children);
            }
            EventLoop owned = loop;
            if (owned != null) {
                owned.close();
            }
            RankData values = data;
            if (values != null) {
                values.close();
            }
        } catch (RuntimeException bug) {
            LOG.error("The end is out of order", bug);
        }
        threads.end();
        if (mayExit()) {
            System.exit(exitCode);
        }
        // Within a shutdown another exit would wait for ever.
        Runtime.getRuntime().halt(exitCode);
    }

    private synchronized boolean mayExit() {
        exiting = !shuttingDown;
        return exiting;
    }

    private void haltAfter(Duration deadline, int exitCode) {
        try {
            if (!never.await(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                Runtime.getRuntime().halt(exitCode);
            }
        } catch (InterruptedException stop) {
            Runtime.getRuntime().halt(exitCode);
        }
    }
}
