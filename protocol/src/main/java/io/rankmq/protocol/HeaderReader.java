// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a header: first notes where each known field is, then reads the fields of the message's kind. So the order does not matter,
 * and nothing is built that is not asked for.
 */
final class HeaderReader {
    private static final int UNKNOWN_DEPTH = Limits.DEFAULT.depth() - 1;

    private final MsgpackReader in;
    private final int[] places = new int[Field.COUNT];

    HeaderReader(ByteBuffer header) throws ProtocolException {
        in = new MsgpackReader(header, ErrorCode.MALFORMED, ErrorCode.MALFORMED);
        int entries = in.mapLength();
        @Nullable Set<String> unknown = null;
        for (int i = 0; i < entries; i++) {
            int length = in.textLength();
            Field field = Field.find(in, length);
            if (field == null) {
                unknown = unknown == null ? new HashSet<>() : unknown;
                String name = in.text(length);
                if (!unknown.add(name)) {
                    throw repeated(name);
                }
            } else {
                in.position(in.position() + length);
                if (places[field.index()] != 0) {
                    throw repeated(field.wireName());
                }
                places[field.index()] = in.position();
            }
            in.skip(UNKNOWN_DEPTH);
        }
        in.expectEnd();
    }

    boolean has(Field field) {
        return places[field.index()] != 0;
    }

    void refuse(Field field, String why) throws ProtocolException {
        if (has(field)) {
            throw malformed("'" + field.wireName() + "' is there, but " + why);
        }
    }

    long integer(Field field, long min, long max) throws ProtocolException {
        go(field);
        return within(field.wireName(), in.integer(), min, max);
    }

    int integer(Field field, int min, int max) throws ProtocolException {
        return (int) integer(field, (long) min, (long) max);
    }

    @Nullable
    Integer optionalInteger(Field field, int min, int max) throws ProtocolException {
        return has(field) ? integer(field, min, max) : null;
    }

    Digest digest(Field field) throws ProtocolException {
        go(field);
        return digest();
    }

    private Digest digest() throws ProtocolException {
        ByteBuffer bytes = in.bin();
        if (!Digest.isLength(bytes.remaining())) {
            throw malformed("a digest has " + bytes.remaining() + " bytes, expected 16 or 32");
        }
        return Digest.of(bytes);
    }

    /** References to values; none if the field is absent. */
    List<DataRef> references(Field field, int max) throws ProtocolException {
        if (!has(field)) {
            return List.of();
        }
        go(field);
        int count = in.arrayLength();
        if (count == 0) {
            throw malformed("'" + field.wireName() + "' is empty");
        }
        if (count > max) {
            throw exceeded(count + " references, at most " + max + " are taken");
        }
        List<DataRef> references = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            if (in.arrayLength() != 2) {
                throw malformed("a reference has digest and size");
            }
            Digest digest = digest();
            references.add(new DataRef(
                    digest, within(field.wireName(), in.integer(), Limits.INLINE_BYTES + 1, Limits.VALUE_BYTES)));
        }
        return List.copyOf(references);
    }

    /** A number of a stream, or 0 for none so far. */
    long count(Field field) throws ProtocolException {
        return integer(field, 0, Limits.MAX_SEQ);
    }

    /** A number of a stream. */
    long number(Field field) throws ProtocolException {
        return integer(field, 1, Limits.MAX_SEQ);
    }

    boolean bool(Field field) throws ProtocolException {
        go(field);
        return in.bool();
    }

    String text(Field field) throws ProtocolException {
        go(field);
        return text(field.wireName(), Limits.TEXT_CHARACTERS);
    }

    @Nullable
    String optionalText(Field field) throws ProtocolException {
        return has(field) ? text(field) : null;
    }

    @Nullable
    List<Integer> ranks(Field field) throws ProtocolException {
        if (!has(field)) {
            return null;
        }
        go(field);
        int length = in.arrayLength();
        if (length > Limits.WORLD_SIZE) {
            throw exceeded("'" + field.wireName() + "' names " + length + " ranks");
        }
        List<Integer> ranks = new ArrayList<>(length);
        for (int i = 0; i < length; i++) {
            ranks.add((int) within(field.wireName(), in.integer(), 0, Limits.WORLD_SIZE - 1));
        }
        return List.copyOf(ranks);
    }

    /** Lengths of the attachments; none if the field is absent. */
    long[] lengths(Field field, int max) throws ProtocolException {
        if (!has(field)) {
            return new long[0];
        }
        go(field);
        int count = in.arrayLength();
        if (count == 0) {
            throw malformed("'" + field.wireName() + "' is empty");
        }
        if (count > max) {
            throw exceeded(count + " attachments, at most " + max + " are taken");
        }
        long[] lengths = new long[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = within(field.wireName(), in.integer(), Limits.INLINE_BYTES + 1, Long.MAX_VALUE);
        }
        return lengths;
    }

    @Nullable
    WireError optionalError() throws ProtocolException {
        return has(Field.ERROR) ? error() : null;
    }

    WireError error() throws ProtocolException {
        go(Field.ERROR);
        Set<String> seen = new HashSet<>();
        int number = 0;
        @Nullable String message = null;
        @Nullable String type = null;
        @Nullable String trace = null;
        int entries = in.mapLength();
        for (int i = 0; i < entries; i++) {
            String key = in.text();
            if (!seen.add(key)) {
                throw repeated(key);
            }
            switch (key) {
                case "code" -> number = (int) within("code", in.integer(), 0, Integer.MAX_VALUE);
                case "message" -> message = text(key, Limits.TEXT_CHARACTERS);
                case "type" -> type = text(key, Limits.TEXT_CHARACTERS);
                case "trace" -> trace = text(key, Limits.TRACE_CHARACTERS);
                default -> in.skip(UNKNOWN_DEPTH - 1);
            }
        }
        if (message == null || !seen.contains("code")) {
            throw malformed("'error' lacks code or message");
        }
        return new WireError(number, message, type, trace);
    }

    private void go(Field field) throws ProtocolException {
        int place = places[field.index()];
        if (place == 0) {
            throw malformed("'" + field.wireName() + "' is missing");
        }
        in.position(place);
    }

    private String text(String name, int max) throws ProtocolException {
        String text = in.text();
        if (Text.isLonger(text, max)) {
            throw exceeded("'" + name + "' has more than " + max + " characters");
        }
        return text;
    }

    private static long within(String name, long value, long min, long max) throws ProtocolException {
        if (value < min || value > max) {
            throw malformed("'" + name + "' is " + value + ", which is not within " + min + " ... " + max);
        }
        return value;
    }

    private static ProtocolException repeated(String name) {
        return malformed("the key '" + Text.head(name, 40) + "' is repeated");
    }

    private static ProtocolException malformed(String what) {
        return new ProtocolException(ErrorCode.MALFORMED, what);
    }

    private static ProtocolException exceeded(String what) {
        return new ProtocolException(ErrorCode.LIMIT_EXCEEDED, what);
    }
}
