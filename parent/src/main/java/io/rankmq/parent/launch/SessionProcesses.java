// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Finds the processes of one session. A process belongs to it if we started it, if it is in a process group or in a kernel session that one
 * of those leads, if it was started with the session's variable (so a daemon in a session of its own is found, whoever its parent is now),
 * if it descends from one that belongs, or if it was found once. What changes its environment, its session, and its parent before
 * anybody looks is not found; only a container or a cgroup could hold it. Without /proc, only descendants are known.
 *
 * <p>Safe for use by many threads.
 */
final class SessionProcesses {
    private static final long KILL_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long KILL_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final String session;
    private final ProcFs proc;
    private final Map<Long, ProcessHandle> leaders = new HashMap<>();
    private final Set<ProcessHandle> known = new LinkedHashSet<>();

    SessionProcesses(String session, ProcFs proc) {
        this.session = session;
        this.proc = proc;
    }

    /** Adds a process that we started. */
    synchronized void started(ProcessHandle process) {
        leaders.put(process.pid(), process);
        known.add(process);
    }

    /**
     * Takes note that processes that we started have ended.
     *
     * @return those of them whose group is empty too, so that their numbers may soon be somebody else's
     */
    synchronized List<ProcessHandle> ended(Collection<ProcessHandle> processes) {
        Set<Long> groups = new LinkedHashSet<>();
        for (ProcFs.Entry entry : proc.living()) {
            groups.add(entry.group());
            groups.add(entry.session());
        }
        List<ProcessHandle> empty = new ArrayList<>();
        for (ProcessHandle process : processes) {
            if (!groups.contains(process.pid())) {
                leaders.remove(process.pid());
                empty.add(process);
            }
        }
        return empty;
    }

    /** Whether a process is of this session. */
    boolean belongs(ProcessHandle process) {
        return Boolean.TRUE.equals(proc.hasVariable(process.pid(), RankCommand.SESSION_VARIABLE, session))
                || living().contains(process);
    }

    /** Whether a process runs; one that waits only for its parent to notice its end does not. */
    boolean isAlive(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        ProcFs.Entry entry = proc.entry(process.pid());
        return entry == null ? !proc.isThere() : !entry.ended();
    }

    /** All processes of the session that run. */
    synchronized List<ProcessHandle> living() {
        List<ProcFs.Entry> entries = proc.living();
        if (entries.isEmpty()) {
            // No /proc: what is known can be ended all the same.
            addDescendants();
        } else {
            members(entries).forEach(this::remember);
        }
        known.removeIf(process -> !isAlive(process));
        return List.copyOf(known);
    }

    /** Kills, again and again, until none is left that runs; gives up after a while (what hangs in the kernel cannot be killed). */
    void killAll() {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + KILL_NANOS;
        List<ProcessHandle> left = living();
        while (!left.isEmpty() && System.nanoTime() - deadline < 0) {
            left.forEach(ProcessHandle::destroyForcibly);
            try {
                TimeUnit.NANOSECONDS.sleep(KILL_PAUSE_NANOS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
            left = living();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void addDescendants() {
        for (ProcessHandle process : List.copyOf(known)) {
            process.descendants().forEach(known::add);
        }
    }

    private Set<ProcFs.Entry> members(List<ProcFs.Entry> entries) {
        long self = ProcessHandle.current().pid();
        Map<Long, ProcFs.Entry> byPid = new HashMap<>();
        Map<Long, List<ProcFs.Entry>> children = new HashMap<>();
        for (ProcFs.Entry entry : entries) {
            byPid.put(entry.pid(), entry);
            children.computeIfAbsent(entry.parent(), pid -> new ArrayList<>()).add(entry);
        }
        Set<Long> groups = ownGroups(byPid);
        Set<Long> knownPids = new LinkedHashSet<>();
        known.stream().filter(ProcessHandle::isAlive).forEach(process -> knownPids.add(process.pid()));
        Set<ProcFs.Entry> members = new LinkedHashSet<>();
        Deque<ProcFs.Entry> open = new ArrayDeque<>();
        for (ProcFs.Entry entry : entries) {
            boolean belongs = entry.pid() != self
                    && (knownPids.contains(entry.pid())
                            || groups.contains(entry.group())
                            || groups.contains(entry.session())
                            || Boolean.TRUE.equals(
                                    proc.hasVariable(entry.pid(), RankCommand.SESSION_VARIABLE, session)));
            if (belongs) {
                open.add(entry);
            }
        }
        while (!open.isEmpty()) {
            ProcFs.Entry entry = open.remove();
            if (members.add(entry)) {
                open.addAll(children.getOrDefault(entry.pid(), List.of()));
            }
        }
        return members;
    }

    /** Groups that our processes lead. A number that belongs to another process by now leads a group of others. */
    private Set<Long> ownGroups(Map<Long, ProcFs.Entry> byPid) {
        Set<Long> groups = new LinkedHashSet<>();
        leaders.forEach((pid, leader) -> {
            if (!byPid.containsKey(pid) || leader.isAlive()) {
                groups.add(pid);
            }
        });
        return groups;
    }

    private void remember(ProcFs.Entry entry) {
        ProcessHandle.of(entry.pid()).ifPresent(process -> {
            // The handle names whom we looked at, unless the number changed hands since; then the start tells.
            ProcFs.Entry now = proc.entry(entry.pid());
            if (now != null && now.start() == entry.start()) {
                known.add(process);
            }
        });
    }
}
