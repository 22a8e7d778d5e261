// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import org.jspecify.annotations.Nullable;

/**
 * A process that we started.
 *
 * @param rank the rank, or {@link GangListener#LAUNCHER}
 * @param lastLines the last lines of both outputs
 */
record RankProcess(int rank, Process process, RankStream out, RankStream err, LastLines lastLines) {
    /** The shell's convention, which Java keeps: a process that a signal ended has the signal's number plus this as its exit code. */
    private static final int SIGNAL_BASE = 128;

    /** There are no signals beyond. */
    private static final int LAST_SIGNAL = 64;

    /** How it ended. It must have ended. */
    GangListener.Exit exit(String host) {
        int code = process.exitValue();
        boolean signalled = code > SIGNAL_BASE && code <= SIGNAL_BASE + LAST_SIGNAL;
        @Nullable Integer signal = signalled ? Integer.valueOf(code - SIGNAL_BASE) : null;
        return new GangListener.Exit(rank, host, process.pid(), code, signal);
    }
}
