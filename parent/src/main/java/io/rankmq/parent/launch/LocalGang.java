// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** The processes of one incarnation on this host, once they are under way. */
final class LocalGang implements Gang {
    private static final long MIN_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long MAX_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String host;
    private final SessionProcesses processes;
    private final List<RankProcess> children;
    private final GangWatch watch;
    private final Guard guard;
    private final GangFolder folder;
    private final AtomicBoolean terminated = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    LocalGang(
            String host,
            SessionProcesses processes,
            List<RankProcess> children,
            GangWatch watch,
            Guard guard,
            GangFolder folder) {
        this.host = host;
        this.processes = processes;
        this.children = List.copyOf(children);
        this.watch = watch;
        this.guard = guard;
        this.folder = folder;
    }

    @Override
    public void joined(int rank, String hostOfRank, long pid) {
        if (HostName.same(host, hostOfRank)) {
            watch.joined(rank, pid);
        }
    }

    @Override
    public List<String> lastLines(int rank, int count) {
        watch.awaitRead();
        List<String> lines = new ArrayList<>();
        for (RankProcess child : children) {
            // A rank that the launcher's command started writes to that command's outputs.
            if (child.rank() == rank || child.rank() == GangListener.LAUNCHER) {
                lines.addAll(child.lastLines().list());
            }
        }
        return List.copyOf(lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }

    @Override
    public void terminate() {
        if (terminated.compareAndSet(false, true)) {
            processes.living().forEach(ProcessHandle::destroy);
        }
    }

    @Override
    public void kill() {
        processes.killAll();
    }

    @Override
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        if (!watch.awaitAllTold(atMost.toNanos())) {
            return false;
        }
        long pause = MIN_POLL_NANOS;
        while (!processes.living().isEmpty()) {
            long rest = deadline - System.nanoTime();
            if (rest <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(Math.min(pause, rest));
            pause = Math.min(2 * pause, MAX_POLL_NANOS);
        }
        return true;
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        processes.killAll();
        watch.stop();
        guard.end();
        try {
            folder.remove();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the folder " + folder.path() + ", which holds keys, cannot be removed; remove it", e);
        }
    }
}
