// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import org.jspecify.annotations.Nullable;

/**
 * An error as it travels.
 *
 * @param number number of the code, kept also when it is one of a newer peer
 * @param message one sentence for a person
 * @param type class of the exception, if one was thrown
 * @param trace the exception's trace, if there is one
 */
public record WireError(
        int number,
        String message,
        @Nullable String type,
        @Nullable String trace) {

    /** Cuts what is longer than may travel: message and type at their end, the trace at its start. */
    public WireError {
        message = Text.head(message, Limits.TEXT_CHARACTERS);
        type = type == null ? null : Text.head(type, Limits.TEXT_CHARACTERS);
        trace = trace == null ? null : Text.tail(trace, Limits.TRACE_CHARACTERS);
    }

    /** An error without an exception. */
    public static WireError of(ErrorCode code, String message) {
        return new WireError(code.number(), message, null, null);
    }

    /** The code; {@link ErrorCode#UNKNOWN} for one of a newer peer. */
    public ErrorCode code() {
        return ErrorCode.ofNumber(number);
    }
}
