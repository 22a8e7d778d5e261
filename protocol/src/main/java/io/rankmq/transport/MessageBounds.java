// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/**
 * How large a received message may be; a larger one is read to its end and discarded.
 *
 * @param maxParts frames of one message
 * @param maxBytes bytes of one message
 */
public record MessageBounds(int maxParts, long maxBytes) {

    /** Room for whatever docs/protocol.md, section 8, allows: a body, 8 GiB, and 65,536 attachments that each end in a part frame. */
    public static final MessageBounds DEFAULT = new MessageBounds(100_000, (8L << 30) + (65L << 20));

    /** Refuses limits that would refuse everything. */
    public MessageBounds {
        if (maxParts < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "a message needs room for a part and a byte: " + maxParts + ", " + maxBytes);
        }
    }
}
