// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/**
 * How much a peer may send. A larger message is read to its end and discarded.
 *
 * @param maxParts frames of one message
 * @param maxBytes bytes of one message
 * @param maxWaiting bytes on one socket that have arrived but were not read, unfinished messages included; the connection that exceeds it
 *     is cut
 */
public record MessageBounds(int maxParts, long maxBytes, long maxWaiting) {

    /**
     * Room for whatever docs/protocol.md, section 8, allows: a body, 8 GiB, and 65,536 attachments that each end in a part frame; half the
     * heap may wait.
     */
    public static final MessageBounds DEFAULT = new MessageBounds(
            100_000, (8L << 30) + (65L << 20), Runtime.getRuntime().maxMemory() / 2);

    /** Refuses limits that would refuse everything. */
    public MessageBounds {
        if (maxParts < 1 || maxBytes < 1 || maxWaiting < WireSocket.MAX_FRAME) {
            throw new IllegalArgumentException("a message needs room for a part, a byte and a waiting frame: "
                    + maxParts + ", " + maxBytes + ", " + maxWaiting);
        }
    }
}
