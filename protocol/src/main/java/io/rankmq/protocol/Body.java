// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Tensor;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /**
     * This body with values in place of its references.
     *
     * @param values as many as there are references, in their order
     */
    public Body resolved(List<ByteBuffer> values) {
        return new Body(bytes, new ResolvedAttachments(values, references));
    }

    /** This body with references in place of its attachments. */
    public Body referring(List<DataRef> to) {
        return new Body(bytes, List.of(), List.copyOf(to));
    }

    /** The digest of an attachment, if it was computed or received before: a tensor does not change. */
    public @Nullable Digest known(int attachment) {
        Tensor owner = attachments instanceof OwnedAttachments owned ? owned.owner(attachment) : null;
        return owner == null ? null : KnownDigests.of(owner);
    }

    /** Remembers the digest of an attachment for as long as its tensor lives. */
    public void learn(int attachment, Digest digest) {
        Tensor owner = attachments instanceof OwnedAttachments owned ? owned.owner(attachment) : null;
        if (owner != null) {
            KnownDigests.remember(owner, digest);
        }
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
