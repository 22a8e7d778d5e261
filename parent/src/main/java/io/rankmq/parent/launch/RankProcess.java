// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;

/**
 * A process that we started.
 *
 * @param rank the rank, or {@link GangListener#LAUNCHER}
 * @param host this host
 * @param lastLines the last lines of both outputs
 */
record RankProcess(int rank, String host, Process process, RankStream out, RankStream err, LastLines lastLines)
        implements GangChild {
    @Override
    public List<GangListener.Exit> exits() {
        return List.of(GangListener.Exit.ofCode(rank, host, process.pid(), process.exitValue()));
    }
}
