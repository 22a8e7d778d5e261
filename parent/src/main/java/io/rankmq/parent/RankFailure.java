// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a session, or a task of it, failed.
 *
 * @param code what kind of failure
 * @param message one sentence that names the rank, its host and pid, and the cause
 * @param rank the rank at fault, or {@link #NO_RANK}
 * @param host its host, if known
 * @param pid its process id, if known
 * @param cause the cause alone: exit code, signal, or the exception's class and message; null if there is nothing to add
 * @param trace trace of the rank's exception, if there was one
 * @param lastLines the last lines that the rank wrote, oldest first
 */
public record RankFailure(
        ErrorCode code,
        String message,
        int rank,
        @Nullable String host,
        @Nullable Long pid,
        @Nullable String cause,
        @Nullable String trace,
        List<String> lastLines) {

    /** In place of a rank: no single rank is at fault. */
    public static final int NO_RANK = -1;

    /** A failure that no rank is at fault for. */
    public static RankFailure ofSession(ErrorCode code, String message) {
        return new RankFailure(code, message, NO_RANK, null, null, null, null, List.of());
    }

    /** The same with these last lines. */
    public RankFailure withLastLines(List<String> lines) {
        return new RankFailure(code, message, rank, host, pid, cause, trace, lines);
    }

    /** The same with this sentence. */
    RankFailure withMessage(String sentence) {
        return new RankFailure(code, sentence, rank, host, pid, cause, trace, lastLines);
    }
}
