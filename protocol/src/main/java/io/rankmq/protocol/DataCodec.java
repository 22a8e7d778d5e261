// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.util.List;

/** {@link DataMessage}s as frames: a header, and the payload of a chunk, which is not copied. Any thread. */
public final class DataCodec {
    private static final String HELLO = "HELLO";
    private static final String FETCH = "FETCH";
    private static final String CHUNK = "CHUNK";
    private static final String GONE = "GONE";

    /**
     * A message as it was received.
     *
     * @param sender number 0; {@code rank} says who
     */
    public record Received(Envelope sender, DataMessage message) {}

    private DataCodec() {}

    /** The frames of a message; the sender's number is not used. */
    public static List<ByteBuffer> encode(Envelope sender, DataMessage message) {
        if (message instanceof DataMessage.Fetch fetch) {
            return List.of(begin(sender, FETCH)
                    .put(Field.DIGEST, fetch.digest())
                    .put(Field.OFFSET, fetch.offset())
                    .put(Field.LENGTH, fetch.length())
                    .finish());
        } else if (message instanceof DataMessage.Chunk chunk) {
            ByteBuffer header = begin(sender, CHUNK)
                    .put(Field.DIGEST, chunk.digest())
                    .put(Field.OFFSET, chunk.offset())
                    .put(Field.LENGTH, chunk.payload().remaining())
                    .put(Field.SUM, chunk.sum())
                    .finish();
            return List.of(header, chunk.payload());
        } else if (message instanceof DataMessage.Gone gone) {
            return List.of(begin(sender, GONE)
                    .put(Field.DIGEST, gone.digest())
                    .put(Field.REASON, gone.reason())
                    .finish());
        }
        return List.of(begin(sender, HELLO).finish());
    }

    private static HeaderWriter begin(Envelope sender, String kind) {
        HeaderWriter header = new HeaderWriter()
                .put(Field.V, MessageCodec.VERSION)
                .put(Field.KIND, kind)
                .put(Field.SESSION, sender.session())
                .put(Field.INCARNATION, sender.incarnation());
        return sender.rank() == Envelope.PARENT ? header : header.put(Field.RANK, sender.rank());
    }

    /**
     * Reads a message; the payload is a view of its frame.
     *
     * @param expected who sits at the other end of the socket
     * @throws ProtocolException if it is none
     */
    public static Received decode(List<ByteBuffer> frames, Sender expected) throws ProtocolException {
        if (frames.isEmpty()) {
            throw malformed("a message has at least one frame");
        }
        HeaderReader header = new HeaderReader(frames.get(0));
        MessageCodec.checkVersion(header);
        String kind = header.text(Field.KIND);
        Envelope sender = MessageCodec.sender(header, expected, Envelope.UNNUMBERED);
        if (!kind.equals(CHUNK) && frames.size() != 1) {
            throw malformed("there are frames behind a " + Text.head(kind, 40));
        }
        return new Received(sender, read(kind, expected, header, frames));
    }

    private static DataMessage read(String kind, Sender expected, HeaderReader header, List<ByteBuffer> frames)
            throws ProtocolException {
        return switch (kind) {
            case HELLO -> {
                if (expected == Sender.PARENT) {
                    throw new ProtocolException(ErrorCode.FORBIDDEN, "a HELLO does not come from a parent");
                }
                yield new DataMessage.Hello();
            }
            case FETCH -> new DataMessage.Fetch(header.digest(Field.DIGEST), offset(header), length(header));
            case CHUNK -> {
                ByteBuffer payload = frames.size() == 2 ? frames.get(1).slice() : ByteBuffer.allocate(0);
                if (payload.remaining() != length(header)) {
                    throw malformed("a chunk is not as long as its header says");
                }
                long sum = header.integer(Field.SUM, Long.MIN_VALUE, Long.MAX_VALUE);
                yield new DataMessage.Chunk(header.digest(Field.DIGEST), offset(header), sum, payload);
            }
            case GONE -> new DataMessage.Gone(header.digest(Field.DIGEST), header.text(Field.REASON));
            default -> throw malformed("there is no kind '" + Text.head(kind, 40) + "' on the data port");
        };
    }

    private static long offset(HeaderReader header) throws ProtocolException {
        return header.integer(Field.OFFSET, 0, Limits.VALUE_BYTES);
    }

    private static int length(HeaderReader header) throws ProtocolException {
        return header.integer(Field.LENGTH, 1, Limits.FRAME_BYTES);
    }

    private static ProtocolException malformed(String what) {
        return new ProtocolException(ErrorCode.MALFORMED, what);
    }
}
