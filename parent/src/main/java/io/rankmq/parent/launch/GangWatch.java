// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The gang's one thread: reads all outputs, watches all processes, and calls the listener. One round after the other it reads what is there and
 * tells what ended; the output of a process is told before its end. Between rounds it sleeps, at most {@link #MAX_PAUSE_NANOS}: waiting in
 * a read would need two threads a process, and a pipe that a daemon keeps open could hold such a thread for ever.
 */
final class GangWatch implements Runnable {
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
    private static final long JOINED_INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long the end of a rank waits for the end of the command it runs under, which knows the exit code. */
    private static final long WRAPPER_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    /** A listener that is slow must not keep those who want the last lines for ever. */
    private static final long READ_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(2);

    private static final class Watched {
        private final int rank;
        private final ProcessHandle process;
        private long endedAt;
        private boolean ended;

        Watched(int rank, ProcessHandle process) {
            this.rank = rank;
            this.process = process;
        }
    }

    private final String host;
    private final CarefulListener listener;
    private final SessionProcesses processes;
    private final Guard guard;
    private final List<GangChild> children;
    private final Thread thread;
    private final Queue<Watched> newlyJoined = new ConcurrentLinkedQueue<>();
    private final Queue<CountDownLatch> awaitedReads = new ConcurrentLinkedQueue<>();
    private final CountDownLatch allTold;
    private volatile boolean stopping;

    // Below: used by the gang's thread only.
    private final Set<GangChild> running;
    private final List<Watched> watched = new ArrayList<>();
    private long nextJoinedCheck = System.nanoTime();

    GangWatch(
            String session,
            String host,
            CarefulListener listener,
            SessionProcesses processes,
            Guard guard,
            List<? extends GangChild> children) {
        this.host = host;
        this.listener = listener;
        this.processes = processes;
        this.guard = guard;
        this.children = List.copyOf(children);
        this.running = new HashSet<>(children);
        this.allTold = new CountDownLatch(children.size());
        this.thread = new Thread(this, "rankmq-gang-" + session);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
        for (GangChild child : children) {
            CompletableFuture<Void> unused = child.process().onExit().thenRun(() -> LockSupport.unpark(thread));
        }
    }

    /** Any thread. A rank says that it is this process of this host; whether that is so is looked at here, as it may end at once. */
    void joined(int rank, long pid) {
        ProcessHandle.of(pid)
                .filter(processes::belongs)
                .ifPresent(process -> newlyJoined.add(new Watched(rank, process)));
        LockSupport.unpark(thread);
    }

    /** Any thread. Waits until the end of every process that we started has been told. */
    boolean awaitAllTold(long nanos) throws InterruptedException {
        return allTold.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Any thread but the gang's own. Waits until all that was in the pipes when it was called has been read; not for long. */
    void awaitRead() {
        if (!thread.isAlive()) {
            return;
        }
        CountDownLatch read = new CountDownLatch(1);
        awaitedReads.add(read);
        LockSupport.unpark(thread);
        try {
            boolean unused = read.await(READ_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Any thread but the gang's own waits for its end; what is left in the pipes is told before. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + 2 * STOP_NANOS;
        while (thread != Thread.currentThread() && thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                TimeUnit.NANOSECONDS.timedJoin(thread, Math.max(1, deadline - System.nanoTime()));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void run() {
        long pause = MIN_PAUSE_NANOS;
        long stopDeadline = 0;
        boolean last = false;
        children.forEach(child -> {
            child.out().open();
            child.err().open();
        });
        while (!last) {
            if (stopping && stopDeadline == 0) {
                stopDeadline = System.nanoTime() + STOP_NANOS;
            }
            // A process that cannot be killed, in a system call that does not end, must not keep us.
            last = stopDeadline != 0 && (running.isEmpty() || System.nanoTime() - stopDeadline > 0);
            int mostRead = round();
            if (mostRead < RankStream.CHUNK_BYTES && !last) {
                pause = mostRead > 0 ? MIN_PAUSE_NANOS : Math.min(2 * pause, MAX_PAUSE_NANOS);
                LockSupport.parkNanos(this, pause);
            }
        }
        children.forEach(child -> {
            child.out().close();
            child.err().close();
        });
        takeAwaitedReads().forEach(CountDownLatch::countDown);
    }

    private List<CountDownLatch> takeAwaitedReads() {
        List<CountDownLatch> taken = new ArrayList<>();
        for (CountDownLatch read = awaitedReads.poll(); read != null; read = awaitedReads.poll()) {
            taken.add(read);
        }
        return taken;
    }

    /** Returns the most bytes that a stream gave. */
    private int round() {
        // Who has ended is asked first: then all that they wrote is there when it is read.
        List<GangChild> ended = new ArrayList<>();
        running.forEach(child -> {
            if (!child.process().isAlive()) {
                ended.add(child);
            }
        });
        noteEndOfJoined();
        // Who asks while the pipes are read is answered in the next round.
        List<CountDownLatch> asked = takeAwaitedReads();
        int most = 0;
        for (GangChild child : children) {
            most = Math.max(most, Math.max(child.out().poll(), child.err().poll()));
        }
        asked.forEach(CountDownLatch::countDown);
        if (!ended.isEmpty()) {
            tellEnd(ended);
        }
        tellEndOfJoined();
        return most;
    }

    private void tellEnd(List<GangChild> ended) {
        List<ProcessHandle> handles = new ArrayList<>();
        for (GangChild child : ended) {
            handles.add(child.process().toHandle());
            running.remove(child);
            child.out().drain();
            child.err().drain();
            // The rank itself, if it ran under this command, ended with it.
            watched.removeIf(other -> other.rank == child.rank() && !processes.isAlive(other.process));
            child.exits().forEach(listener::onExit);
            allTold.countDown();
        }
        processes.ended(handles).forEach(handle -> guard.gone(handle.pid()));
    }

    private void noteEndOfJoined() {
        for (Watched joined = newlyJoined.poll(); joined != null; joined = newlyJoined.poll()) {
            watch(joined);
        }
        long now = System.nanoTime();
        if (now - nextJoinedCheck < 0) {
            return;
        }
        nextJoinedCheck = now + JOINED_INTERVAL_NANOS;
        for (Watched other : watched) {
            if (!other.ended && !processes.isAlive(other.process)) {
                other.ended = true;
                other.endedAt = now;
            }
        }
    }

    private void watch(Watched joined) {
        boolean known =
                children.stream().anyMatch(child -> child.process().toHandle().equals(joined.process))
                        || watched.stream()
                                .anyMatch(other -> other.rank == joined.rank && other.process.equals(joined.process));
        if (!known) {
            watched.add(joined);
        }
    }

    private void tellEndOfJoined() {
        long now = System.nanoTime();
        for (Iterator<Watched> all = watched.iterator(); all.hasNext(); ) {
            Watched other = all.next();
            boolean wrapperMayTell = running.stream().anyMatch(child -> child.rank() == other.rank)
                    && now - other.endedAt < WRAPPER_GRACE_NANOS;
            if (other.ended && !wrapperMayTell) {
                all.remove();
                listener.onExit(new GangListener.Exit(other.rank, host, other.process.pid(), null, null));
            }
        }
    }
}
