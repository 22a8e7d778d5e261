// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.WireError;

/**
 * From what user code threw to an error that travels. Whatever it was, exhausted memory or a broken {@code getMessage} included, something is
 * told.
 */
final class Failures {
    /** Frames shown of each exception of a chain: the place and how it got there. */
    private static final int FRAMES = 40;

    /** Exceptions shown of a chain. */
    private static final int CAUSES = 8;

    private Failures() {}

    /** The error with class, message and trace; {@code what} is the beginning of a sentence, such as "a bug of RankMQ", or empty. */
    static WireError of(ErrorCode code, String what, Throwable thrown) {
        String type = thrown.getClass().getName();
        try {
            return new WireError(
                    code.number(), what.isEmpty() ? text(thrown) : what + ": " + text(thrown), type, trace(thrown));
        } catch (OutOfMemoryError | StackOverflowError exhausted) {
            return new WireError(code.number(), what, type, null);
        }
    }

    private static String text(Throwable thrown) {
        try {
            return String.valueOf(thrown);
        } catch (RuntimeException broken) {
            return thrown.getClass().getName();
        }
    }

    private static String trace(Throwable thrown) {
        StringBuilder trace = new StringBuilder();
        Throwable shown = thrown;
        for (int i = 0; i < CAUSES && shown != null; i++) {
            trace.append(i == 0 ? "" : "Caused by: ").append(text(shown)).append('\n');
            StackTraceElement[] frames = shown.getStackTrace();
            for (int f = 0; f < Math.min(FRAMES, frames.length); f++) {
                trace.append("\tat ").append(frames[f]).append('\n');
            }
            if (frames.length > FRAMES) {
                trace.append("\t... ").append(frames.length - FRAMES).append(" more\n");
            }
            shown = shown.getCause();
        }
        return trace.toString();
    }
}
