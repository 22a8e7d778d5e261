// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/**
 * Between messages and frames, exactly as docs/protocol.md, section 2, says. Bodies and attachments are neither looked at nor
 * copied. Without state, and so safe for use by many threads.
 */
public final class MessageCodec {

    /** The version of the protocol that this codec speaks. */
    public static final int VERSION = 1;

    private MessageCodec() {}

    /**
     * The frames of a message: header, body, attachments, each part cut every 524,288 bytes. The frames are views of the body's
     * buffers, which must not be changed until the frames are sent.
     *
     * @throws IllegalArgumentException if envelope and message do not fit together (a number for an unnumbered kind, a rank for a
     *     kind that the parent sends, a missing body): a fault of the caller
     */
    public static List<ByteBuffer> encode(Envelope envelope, Message message) {
        Kind kind = message.kind();
        check(envelope, message, kind);
        HeaderWriter header = new HeaderWriter()
                .put(Field.V, VERSION)
                .put(Field.KIND, kind.wireName())
                .put(Field.SESSION, envelope.session())
                .put(Field.INCARNATION, envelope.incarnation());
        if (envelope.rank() != Envelope.PARENT) {
            header.put(Field.RANK, envelope.rank());
        }
        if (kind.stream() != null) {
            header.put(Field.SEQ, envelope.seq());
        }
        MessageFields.write(message, envelope.rank() == Envelope.PARENT ? Sender.PARENT : Sender.RANK, header);
        Body body = message.body();
        return FrameCutter.cut(header.finish(body), body);
    }

    /** Decodes within {@link Limits#DEFAULT}. */
    public static Decoded decode(List<ByteBuffer> frames, Sender expected) throws ProtocolException {
        return decode(frames, expected, Limits.DEFAULT);
    }

    /**
     * Reads a message. The body and the attachments that came in one frame are views of the frames, whose positions stay as they are.
     *
     * @param frames all frames of one message, which must not be changed any more
     * @param expected who sits at the other end of the socket
     * @param limits what is taken
     * @throws ProtocolException if the frames are no message that this sender may send; its code says which fault it is
     */
    public static Decoded decode(List<ByteBuffer> frames, Sender expected, Limits limits) throws ProtocolException {
        if (frames.isEmpty()) {
            throw new ProtocolException(ErrorCode.MALFORMED, "a message has at least one frame");
        }
        for (ByteBuffer frame : frames) {
            if (frame.remaining() > Limits.FRAME_BYTES) {
                throw new ProtocolException(
                        ErrorCode.LIMIT_EXCEEDED,
                        "a frame of " + frame.remaining() + " bytes came, at most " + Limits.FRAME_BYTES
                                + " are taken");
            }
        }
        HeaderReader header = new HeaderReader(frames.get(0));
        checkVersion(header);
        Kind kind = kind(header.text(Field.KIND), expected);
        Envelope envelope = envelope(header, kind, expected);
        if (kind.bodyRule() == Kind.BodyRule.ALWAYS && !header.has(Field.BODY)) {
            throw new ProtocolException(ErrorCode.MALFORMED, "'body' is missing");
        }
        if (kind.bodyRule() == Kind.BodyRule.NEVER) {
            header.refuse(Field.BODY, "a " + kind.wireName() + " has none");
        }
        Body body = FrameCutter.find(frames, kind, header, limits);
        return new Decoded(envelope, MessageFields.read(kind, expected, header, body));
    }

    static void checkVersion(HeaderReader header) throws ProtocolException {
        long version = header.integer(Field.V, Long.MIN_VALUE, Long.MAX_VALUE);
        if (version != VERSION) {
            throw new ProtocolException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "version " + version + ", but " + VERSION + " is the only one known");
        }
    }

    private static Kind kind(String name, Sender expected) throws ProtocolException {
        Kind kind = Kind.ofWireName(name, expected);
        if (kind != null) {
            return kind;
        }
        boolean isOfOther = Kind.isKnown(name);
        throw new ProtocolException(
                isOfOther ? ErrorCode.FORBIDDEN : ErrorCode.MALFORMED,
                isOfOther
                        ? "a " + name + " does not come from a "
                                + expected.name().toLowerCase(Locale.ROOT)
                        : "there is no kind '" + Text.head(name, 40) + "'");
    }

    private static Envelope envelope(HeaderReader header, Kind kind, Sender sender) throws ProtocolException {
        if (kind.stream() == null) {
            Envelope unnumbered = sender(header, sender, Envelope.UNNUMBERED);
            header.refuse(Field.SEQ, "a " + kind.wireName() + " is not numbered");
            return unnumbered;
        }
        return sender(header, sender, header.number(Field.SEQ));
    }

    static Envelope sender(HeaderReader header, Sender sender, long seq) throws ProtocolException {
        String session = header.text(Field.SESSION);
        if (!Envelope.isSession(session)) {
            throw new ProtocolException(ErrorCode.MALFORMED, "'session' is not 1 to 64 characters of a-z, 0-9 and -");
        }
        int incarnation = header.integer(Field.INCARNATION, 0, Integer.MAX_VALUE);
        int rank = Envelope.PARENT;
        if (sender == Sender.RANK) {
            rank = header.integer(Field.RANK, 0, Limits.WORLD_SIZE - 1);
        } else {
            header.refuse(Field.RANK, "its sender is no rank");
        }
        return new Envelope(session, incarnation, rank, seq);
    }

    private static void check(Envelope envelope, Message message, Kind kind) {
        boolean isOfRank = envelope.rank() != Envelope.PARENT;
        Body body = message.body();
        boolean fits = Envelope.isSession(envelope.session())
                && envelope.incarnation() >= 0
                && envelope.rank() >= Envelope.PARENT
                && envelope.rank() < Limits.WORLD_SIZE
                && (isOfRank ? kind.isSentBy(Sender.RANK) : kind.isSentBy(Sender.PARENT) || kind == Kind.CLAIM)
                && (kind.stream() == null
                        ? envelope.seq() == Envelope.UNNUMBERED
                        : envelope.seq() >= 1 && envelope.seq() <= Limits.MAX_SEQ)
                && (kind.bodyRule() != Kind.BodyRule.ALWAYS || !body.isEmpty())
                && (body.references().isEmpty()
                        || (kind.mayRefer() && body.attachments().isEmpty()));
        if (!fits) {
            throw new IllegalArgumentException(
                    "no message: " + kind + " with " + envelope + (body.isEmpty() ? " and no body" : " and a body"));
        }
    }
}
