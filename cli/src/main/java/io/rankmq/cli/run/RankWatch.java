// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.cli.run.Report.AttemptEntry;
import io.rankmq.cli.run.Report.ErrorEntry;
import io.rankmq.parent.RankInfo;
import io.rankmq.parent.Restart;
import io.rankmq.parent.SessionListener;
import io.rankmq.parent.launch.GangListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Passes on what a session tells, and remembers ranks and attempts: a session that failed to start cannot be asked for them any more. Safe for
 * use by many threads.
 */
final class RankWatch implements SessionListener {
    private final RunWatcher watcher;
    // Guarded by this: ranks by number, of each attempt.
    private final TreeMap<Integer, TreeMap<Integer, RankInfo>> ranks = new TreeMap<>();
    private final List<AttemptEntry> lost = new ArrayList<>();
    private long attemptNanos = System.nanoTime();

    RankWatch(RunWatcher watcher) {
        this.watcher = watcher;
    }

    @Override
    public void onRank(RankInfo rank) {
        remember(rank);
        watcher.on(new RunEvent.RankChanged(rank));
    }

    @Override
    public void onClaims(int there, int worldSize) {
        String sentence = there < worldSize
                ? "waiting for ranks: " + there + " of " + worldSize + " joined"
                : "all " + worldSize + " ranks are there";
        watcher.on(new RunEvent.Note(sentence));
    }

    @Override
    public void onOutput(GangListener.Line line) {
        Integer rank = line.rank() == GangListener.LAUNCHER ? null : line.rank();
        watcher.on(new RunEvent.Output(rank, line.host(), line.isError(), line.text()));
    }

    @Override
    public void onRestart(Restart restart) {
        ErrorEntry error = ErrorEntry.of(restart.failure());
        synchronized (this) {
            lost.add(new AttemptEntry(restart.attempt(), Outcome.FAILED, attemptMillis(), error));
            attemptNanos = System.nanoTime();
        }
        watcher.on(new RunEvent.Restarted(restart.attempt(), restart.attempt() + 1, restart.maxRestarts(), error));
    }

    synchronized void remember(RankInfo rank) {
        ranks.computeIfAbsent(rank.attempt(), attempt -> new TreeMap<>()).put(rank.rank(), rank);
    }

    /** Every rank that was heard of, by attempt and number. */
    synchronized List<RankInfo> ranks() {
        return ranks.values().stream()
                .map(TreeMap::values)
                .flatMap(Collection::stream)
                .toList();
    }

    /** All attempts; the last one, which ends with the job, had this outcome. */
    synchronized List<AttemptEntry> attempts(Outcome outcome, @Nullable ErrorEntry error) {
        List<AttemptEntry> all = new ArrayList<>(lost);
        all.add(new AttemptEntry(lost.size(), outcome, attemptMillis(), error));
        return List.copyOf(all);
    }

    private long attemptMillis() {
        return Duration.ofNanos(System.nanoTime() - attemptNanos).toMillis();
    }
}
