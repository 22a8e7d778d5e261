// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.protocol.ErrorCode;

/** What the command line tells its caller by its exit code. */
public final class ExitCode {
    /** The job is done. */
    public static final int OK = 0;

    /** The job failed: its code threw, its time was up, or its logs could not be written. */
    public static final int JOB_FAILED = 1;

    /** Options, job file or components are wrong; nothing was started. */
    public static final int BAD_INPUT = 2;

    /** The ranks could not be started, or were lost. */
    public static final int RANKS_LOST = 3;

    /** Aborted with SIGHUP: 128 and the number of the signal. */
    public static final int HANGUP = 129;

    /** Aborted with Ctrl-C (SIGINT). */
    public static final int INTERRUPTED = 130;

    /** Aborted with SIGTERM. */
    public static final int TERMINATED = 143;

    private ExitCode() {}

    /** The exit code for a failure of the session. */
    public static int of(ErrorCode code) {
        return switch (code) {
            case RANK_EXITED,
                    RANK_SILENT,
                    JOIN_TIMEOUT,
                    LAUNCH_FAILED,
                    INITIALIZE_TIMEOUT,
                    UNSUPPORTED_VERSION,
                    BAD_WORLD_SIZE,
                    BROKER_LOST -> RANKS_LOST;
            default -> JOB_FAILED;
        };
    }
}
