// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.parent.RankInfo;
import io.rankmq.parent.SessionListener;
import io.rankmq.parent.launch.GangListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/** Passes on what a session tells, and remembers the ranks: a session that failed to start cannot be asked for them any more. */
final class RankWatch implements SessionListener {
    private final RunWatcher watcher;
    private final Map<Integer, RankInfo> ranks = new ConcurrentSkipListMap<>();

    RankWatch(RunWatcher watcher) {
        this.watcher = watcher;
    }

    @Override
    public void onRank(RankInfo rank) {
        remember(rank);
        watcher.on(new RunEvent.RankChanged(rank));
    }

    @Override
    public void onOutput(GangListener.Line line) {
        Integer rank = line.rank() == GangListener.LAUNCHER ? null : line.rank();
        watcher.on(new RunEvent.Output(rank, line.host(), line.isError(), line.text()));
    }

    void remember(RankInfo rank) {
        ranks.put(rank.rank(), rank);
    }

    /** The incarnation of a rank, 0 if it was never heard of. */
    int attemptOf(int rank) {
        RankInfo info = ranks.get(rank);
        return info == null ? 0 : info.attempt();
    }

    /** Every rank that was heard of, by number. */
    List<RankInfo> ranks() {
        return List.copyOf(ranks.values());
    }
}
