// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Tensor;
import io.rankmq.memory.Bytes;
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
public record Body(ByteBuffer bytes, List<Bytes> attachments, List<DataRef> references) {

    /** No body. */
    public static final Body NONE = new Body(ByteBuffer.allocate(0), List.of());

    /** A body all of which travels in the message. */
    public Body(ByteBuffer bytes, List<Bytes> attachments) {
        this(bytes, attachments, List.of());
    }

    /**
     * This body with values in place of its references.
     *
     * @param values as many as there are references, in their order
     */
    public Body resolved(List<Bytes> values) {
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

    /**
     * This body, if it may travel in a message as it is.
     *
     * @throws ProtocolException LIMIT_EXCEEDED if attachments are too large for that, which they would not be by reference
     */
    public Body withinMessage() throws ProtocolException {
        return withinMessage(Limits.DEFAULT);
    }

    Body withinMessage(Limits limits) throws ProtocolException {
        for (Bytes attachment : attachments) {
            if (attachment.size() > limits.attachmentBytes()) {
                throw tooLarge("a tensor or byte array of " + attachment.size(), limits.attachmentBytes());
            }
        }
        if (size() > limits.messageBytes()) {
            throw tooLarge("values of " + size(), limits.messageBytes());
        }
        return this;
    }

    private static ProtocolException tooLarge(String what, long limit) {
        return new ProtocolException(
                ErrorCode.LIMIT_EXCEEDED,
                what + " bytes cannot travel in a message, which takes " + limit
                        + "; larger ones need the data plane, and are tensors of a task or its reply");
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
        for (Bytes attachment : attachments) {
            size += attachment.size();
        }
        return size;
    }
}
