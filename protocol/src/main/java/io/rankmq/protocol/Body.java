// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A message's body and attachments in encoded form. Encoding and decoding of large values is done by the thread that wants them,
 * never by a loop thread; {@link Bodies} does both.
 *
 * @param bytes the msgpack bytes; empty if the message has no body
 * @param attachments what travels beside the body, in order of index
 * @param references what stands in place of attachments when they travel by the data plane; then there are no attachments
 */
public record Body(ByteBuffer bytes, List<ByteBuffer> attachments, List<DataRef> references) {

    /** No body. */
    public static final Body NONE = new Body(ByteBuffer.allocate(0), List.of());

    /** A body all of which travels in the message. */
    public Body(ByteBuffer bytes, List<ByteBuffer> attachments) {
        this(bytes, attachments, List.of());
    }

    /** Whether there is no body. */
    public boolean isEmpty() {
        return !bytes.hasRemaining();
    }

    /** Bytes of body and attachments together, without what travels by reference. */
    public long size() {
        long size = bytes.remaining();
        if (attachments instanceof Attachments received) {
            return size + received.bytes();
        }
        for (ByteBuffer attachment : attachments) {
            size += attachment.remaining();
        }
        return size;
    }
}
