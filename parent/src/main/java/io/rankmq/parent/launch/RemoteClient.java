// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayList;
import java.util.List;

/** A process of this host, such as ssh, that stands between us and the agents of some ranks. */
final class RemoteClient implements GangChild {
    private final String program;
    private final Process process;
    private final RankStream out;
    private final RankStream err;
    private final List<RemoteRank> ranks;
    private volatile boolean isDismissed;

    RemoteClient(String program, Process process, RankStream out, RankStream err, List<RemoteRank> ranks) {
        this.program = program;
        this.process = process;
        this.out = out;
        this.err = err;
        this.ranks = List.copyOf(ranks);
    }

    /** Its end is wanted from now on. */
    void dismiss() {
        isDismissed = true;
    }

    List<RemoteRank> ranks() {
        return ranks;
    }

    @Override
    public int rank() {
        return GangListener.LAUNCHER;
    }

    @Override
    public Process process() {
        return process;
    }

    @Override
    public RankStream out() {
        return out;
    }

    @Override
    public RankStream err() {
        return err;
    }

    @Override
    public List<GangListener.Exit> exits() {
        GangListener.Exit own =
                GangListener.Exit.ofCode(GangListener.LAUNCHER, HostName.current(), process.pid(), process.exitValue());
        List<GangListener.Exit> exits = new ArrayList<>();
        for (RemoteRank rank : ranks) {
            String why = "the connection to host " + rank.host() + " is lost: " + program + " (pid " + process.pid()
                    + ") ended with " + own.describe();
            if (!rank.hasSaidExit() && !isDismissed) {
                rank.note(why);
            }
            rank.lost(own, why).ifPresent(exits::add);
        }
        return exits;
    }
}
