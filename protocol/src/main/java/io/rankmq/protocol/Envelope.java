// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/**
 * The header fields that all messages have.
 *
 * @param session session of the sender
 * @param incarnation which start of the gang, from 0
 * @param rank the sending rank, or {@link #PARENT}
 * @param seq place in its stream, from 1, or {@link #UNNUMBERED}
 */
public record Envelope(String session, int incarnation, int rank, long seq) {

    /** In place of a rank: the parent sent it, or a process that has no rank yet. */
    public static final int PARENT = -1;

    /** In place of a number: the message belongs to no stream. */
    public static final long UNNUMBERED = 0;

    /** Whether that may be the name of a session: 1 to 64 characters of {@code a-z}, {@code 0-9} and {@code -}. */
    public static boolean isSession(String name) {
        if (name.isEmpty() || name.length() > 64) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-') {
                return false;
            }
        }
        return true;
    }
}
