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

    /** In place of a rank: the parent sent it. */
    public static final int PARENT = -1;

    /** In place of a number: the message belongs to no stream. */
    public static final long UNNUMBERED = 0;
}
