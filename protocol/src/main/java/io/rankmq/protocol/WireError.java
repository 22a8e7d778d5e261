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

    /** Longest message that travels, in characters. */
    public static final int MAX_MESSAGE = 4096;

    /** Longest trace that travels, in characters; of a longer one the end is kept. */
    public static final int MAX_TRACE = 16384;

    /** Cuts message and trace to what may travel. */
    public WireError {
        message = message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) : message;
        trace = trace != null && trace.length() > MAX_TRACE ? trace.substring(trace.length() - MAX_TRACE) : trace;
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
