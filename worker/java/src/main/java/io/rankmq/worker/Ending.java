// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.WireError;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How and why a rank ends.
 *
 * @param failure what it tells the parent if this is no orderly end
 */
record Ending(int exitCode, String reason, @Nullable WireError failure) {

    static Ending closed(String reason) {
        return new Ending(ExitCode.CLOSED, reason, null);
    }

    static Ending failed(WireError error) {
        return new Ending(ExitCode.FAILED, error.message(), error);
    }

    static Ending terminated(String reason) {
        return failed(WireError.of(ErrorCode.RANK_EXITED, reason));
    }

    static Ending notWelcomed() {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(Timing.JOIN_DEADLINE);
        return new Ending(
                ExitCode.NOT_JOINED,
                "the parent did not answer for " + seconds
                        + " s; is it running, and is this rank's bootstrap document of this session?",
                null);
    }

    static Ending refused(WireError error) {
        return new Ending(ExitCode.NOT_JOINED, "the parent refused this rank: " + error.message(), null);
    }

    static Ending unknownVersion(int version) {
        return new Ending(
                ExitCode.NOT_JOINED,
                "the parent chose version " + version + " of the protocol, this rank speaks " + MessageCodec.VERSION,
                null);
    }

    static Ending parentGone() {
        return new Ending(ExitCode.PARENT_GONE, "the parent was silent for its whole lease", null);
    }

    /** The same, with so many events that the parent has not acknowledged. */
    Ending withEventsLeft(int count) {
        return count == 0
                ? this
                : new Ending(exitCode, reason + "; events of this rank that were not acknowledged: " + count, failure);
    }

    /** The same, after work that did not end. */
    Ending withWorkLeft() {
        return new Ending(exitCode, reason + "; what ran did not end in time", failure);
    }
}
