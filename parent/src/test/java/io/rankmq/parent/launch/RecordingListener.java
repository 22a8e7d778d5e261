// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps all that a launcher tells. */
final class RecordingListener implements GangListener {
    private final Map<Integer, Long> pids = new ConcurrentHashMap<>();
    private final Queue<Line> lines = new ConcurrentLinkedQueue<>();
    private final List<Exit> exits = new CopyOnWriteArrayList<>();
    private final List<String> logFailures = new CopyOnWriteArrayList<>();

    @Override
    public void onStarted(int rank, String host, long pid) {
        pids.put(rank, pid);
    }

    @Override
    public void onOutput(Line line) {
        lines.add(line);
    }

    @Override
    public void onExit(Exit exit) {
        exits.add(exit);
    }

    @Override
    public void onLogFailure(String sentence) {
        logFailures.add(sentence);
    }

    /** Pid of each rank that was started. */
    Map<Integer, Long> pids() {
        return pids;
    }

    List<Line> lines() {
        return List.copyOf(lines);
    }

    List<Exit> exits() {
        return exits;
    }

    List<String> logFailures() {
        return logFailures;
    }

    /** What a rank wrote to its standard output. */
    List<String> out(int rank) {
        return texts(rank, false);
    }

    /** What a rank wrote to its standard error. */
    List<String> err(int rank) {
        return texts(rank, true);
    }

    private List<String> texts(int rank, boolean isError) {
        return lines.stream()
                .filter(line -> line.rank() == rank && line.isError() == isError)
                .map(Line::text)
                .toList();
    }
}
