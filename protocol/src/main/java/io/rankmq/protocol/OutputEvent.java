// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Context;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The event by which a rank sends what it wrote to its standard output and error (docs/protocol.md, section 14). */
public final class OutputEvent {

    /** Name of the event. */
    public static final String NAME = "rankmq.output";

    /** Events of users have no names that begin so. */
    public static final String RESERVED_PREFIX = "rankmq.";

    /** Bytes of a piece at most. */
    public static final int MAX_PIECE = 32_768;

    private static final String PIECES = "pieces";
    private static final int STANDARD_OUTPUT = 1;
    private static final int STANDARD_ERROR = 2;

    /**
     * A part of one of the two outputs, in the order in which a rank wrote.
     *
     * @param isError whether it was written to standard error
     * @param bytes what was written; not copied
     * @param leftOut if there are no bytes: how many are missing here, because the rank wrote faster than it could send
     */
    @SuppressWarnings("ArrayRecordComponent") // A piece is written and read once, and compared by nobody.
    public record Piece(boolean isError, byte[] bytes, long leftOut) {}

    private OutputEvent() {}

    /** The event with these pieces. */
    public static Message.Event of(List<Piece> pieces) {
        List<Object> values = new ArrayList<>();
        for (Piece piece : pieces) {
            Object content = piece.leftOut() > 0 ? (Object) piece.leftOut() : piece.bytes();
            values.add(List.of(piece.isError() ? STANDARD_ERROR : STANDARD_OUTPUT, content));
        }
        try {
            return new Message.Event(
                    NAME, false, Bodies.context(Map.of(PIECES, new Context.Property(values, true, false))));
        } catch (ProtocolException impossible) {
            throw new IllegalStateException("numbers and bytes cannot travel", impossible);
        }
    }

    /**
     * The pieces of such an event.
     *
     * @throws ProtocolException if it has not the form of section 14
     */
    public static List<Piece> read(Message.Event event) throws ProtocolException {
        Context.Property property = Bodies.readContext(event.body()).get(PIECES);
        if (property == null || !(property.value() instanceof List<?> values)) {
            throw malformed();
        }
        List<Piece> pieces = new ArrayList<>();
        for (Object value : values) {
            pieces.add(piece(value));
        }
        return pieces;
    }

    private static Piece piece(Object value) throws ProtocolException {
        if (value instanceof List<?> pair && pair.size() == 2 && pair.get(0) instanceof Long stream) {
            boolean isError = stream == STANDARD_ERROR;
            if (isError || stream == STANDARD_OUTPUT) {
                if (pair.get(1) instanceof byte[] bytes && bytes.length <= MAX_PIECE) {
                    return new Piece(isError, bytes, 0);
                }
                if (pair.get(1) instanceof Long leftOut && leftOut > 0) {
                    return new Piece(isError, new byte[0], leftOut);
                }
            }
        }
        throw malformed();
    }

    private static ProtocolException malformed() {
        return new ProtocolException(
                ErrorCode.INVALID_VALUE, "'" + PIECES + "' of " + NAME + " is not a list of [stream, bytes or number]");
    }
}
