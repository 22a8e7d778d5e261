// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.DType;
import io.rankmq.api.Tensor;
import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values of one body (docs/protocol.md, section 3). Arrays become lists, maps {@link LinkedHashMap}s, integers Long, floats
 * Double; tensors are read-only views of what was received.
 */
final class ValueReader {
    private static final int EXT_TENSOR = 1;
    private static final int EXT_BYTES = 2;

    /** A length that a peer announced is trusted only so far before its elements have come. */
    private static final int MAX_CAPACITY = 256;

    private final MsgpackReader in;
    private final List<Bytes> attachments;
    private final BitSet used = new BitSet();
    private final Limits limits;
    private int elements;
    private int depth;

    ValueReader(Body body, Limits limits) {
        in = new MsgpackReader(body.bytes(), ErrorCode.MALFORMED, ErrorCode.INVALID_VALUE);
        attachments = body.attachments();
        this.limits = limits;
    }

    /** What reads the value of one key of a map with known keys, or says that it does not know the key. */
    interface KeyReader {
        boolean read(String key) throws ProtocolException;
    }

    /** Reads a map that has at least {@code min} of the keys that {@code reader} knows, and no others. */
    void struct(String what, int min, int max, KeyReader reader) throws ProtocolException {
        int entries = openMap();
        if (entries < min || entries > max) {
            throw in.fault(
                    "a " + what + " has " + entries + " keys, expected " + (min == max ? min : min + " to " + max));
        }
        List<String> seen = new ArrayList<>(entries);
        for (int i = 0; i < entries; i++) {
            String key = key();
            if (seen.contains(key)) {
                throw invalid("the key '" + key + "' is repeated");
            }
            seen.add(key);
            if (!reader.read(key)) {
                throw in.fault("a " + what + " has the key '" + Text.head(key, 40) + "'");
            }
        }
        close();
    }

    int openMap() throws ProtocolException {
        int entries = in.mapLength();
        open(entries);
        return entries;
    }

    int openArray() throws ProtocolException {
        int length = in.arrayLength();
        open(length);
        return length;
    }

    void close() {
        depth--;
    }

    /** Whether the next value is a text. */
    boolean isText() throws ProtocolException {
        return in.peek() == MsgpackReader.Type.STR;
    }

    String key() throws ProtocolException {
        if (!isText()) {
            throw invalid("a key of a map is no text");
        }
        return in.text();
    }

    String text() throws ProtocolException {
        return in.text();
    }

    int integer(int min, int max) throws ProtocolException {
        long value = in.integer();
        if (value < min || value > max) {
            throw in.fault(value + " is not within " + min + " ... " + max);
        }
        return (int) value;
    }

    /** The body must end here, and all attachments must have been used. */
    void expectEnd() throws ProtocolException {
        in.expectEnd();
        if (used.cardinality() != attachments.size()) {
            throw invalid(attachments.size() - used.cardinality() + " attachments belong to no value");
        }
    }

    Map<String, @Nullable Object> map() throws ProtocolException {
        int entries = openMap();
        Map<String, @Nullable Object> map = new LinkedHashMap<>(Math.min(2 * entries, MAX_CAPACITY));
        for (int i = 0; i < entries; i++) {
            String key = key();
            map.put(key, value());
            if (map.size() == i) {
                throw invalid("the key '" + Text.head(key, 40) + "' is repeated");
            }
        }
        close();
        return map;
    }

    @Nullable
    Object value() throws ProtocolException {
        return switch (in.peek()) {
            case NIL -> {
                in.nil();
                yield null;
            }
            case BOOL -> in.bool();
            case INT -> in.integer();
            case FLOAT -> in.float64();
            case STR -> in.text();
            case BIN -> bytes(inline(in.bin()));
            case ARRAY -> array();
            case MAP -> map();
            case EXT -> extension();
            case NEVER_USED -> throw in.fault("the byte 0xc1 is no msgpack");
        };
    }

    private List<@Nullable Object> array() throws ProtocolException {
        int length = openArray();
        List<@Nullable Object> array = new ArrayList<>(Math.min(length, MAX_CAPACITY));
        for (int i = 0; i < length; i++) {
            array.add(value());
        }
        close();
        return array;
    }

    private Object extension() throws ProtocolException {
        int length = in.extLength();
        int type = in.extType();
        MsgpackReader payload = new MsgpackReader(in.view(length), ErrorCode.INVALID_VALUE, ErrorCode.INVALID_VALUE);
        Object value =
                switch (type) {
                    case EXT_TENSOR -> tensor(payload);
                    case EXT_BYTES -> array(attachment(payload.integer()));
                    default -> throw invalid("there is no extension type " + type);
                };
        payload.expectEnd();
        return value;
    }

    private Tensor tensor(MsgpackReader payload) throws ProtocolException {
        if (payload.arrayLength() != 4) {
            throw invalid("a tensor has dtype, shape, order and data");
        }
        DType dtype = DType.ofWireName(payload.text());
        int dimensions = payload.arrayLength();
        if (dtype == null || dimensions > Limits.DIMENSIONS) {
            throw invalid("a tensor has an unknown type or more than " + Limits.DIMENSIONS + " dimensions");
        }
        long[] shape = new long[dimensions];
        for (int i = 0; i < dimensions; i++) {
            shape[i] = payload.integer();
        }
        Tensor.Order order =
                switch (payload.text()) {
                    case "C" -> Tensor.Order.C;
                    case "F" -> Tensor.Order.F;
                    default -> throw invalid("the order of a tensor is C or F");
                };
        boolean isInline = payload.peek() == MsgpackReader.Type.BIN;
        long index = isInline ? 0 : payload.integer();
        Bytes data = isInline ? Bytes.of(inline(payload.bin())) : attachment(index);
        if (dtype == DType.BOOL) {
            checkBools(data);
        }
        try {
            Tensor tensor = Tensor.of(dtype, shape, order, data.pieces());
            if (!isInline && attachments instanceof ResolvedAttachments resolved) {
                KnownDigests.remember(tensor, resolved.digest((int) index));
            }
            return tensor;
        } catch (IllegalArgumentException disagree) {
            throw new ProtocolException(ErrorCode.INVALID_VALUE, String.valueOf(disagree.getMessage()), disagree);
        }
    }

    private void checkBools(Bytes data) throws ProtocolException {
        for (ByteBuffer piece : data.pieces()) {
            while (piece.hasRemaining()) {
                if ((piece.get() & ~1) != 0) {
                    throw invalid("a bool of a tensor is neither 0 nor 1");
                }
            }
        }
    }

    private ByteBuffer inline(ByteBuffer data) throws ProtocolException {
        if (data.remaining() > Limits.INLINE_BYTES) {
            throw invalid(data.remaining() + " bytes are in the body, more than " + Limits.INLINE_BYTES
                    + " travel beside it");
        }
        return data;
    }

    private Bytes attachment(long index) throws ProtocolException {
        if (index < 0 || index >= attachments.size()) {
            throw invalid("there is no attachment " + index);
        }
        if (used.get((int) index)) {
            throw invalid("attachment " + index + " is used twice");
        }
        used.set((int) index);
        return attachments.get((int) index);
    }

    private byte[] array(Bytes value) throws ProtocolException {
        if (value.size() > limits.attachmentBytes()) {
            throw new ProtocolException(
                    ErrorCode.LIMIT_EXCEEDED,
                    "a byte array of " + value.size() + " bytes came, Java has at most " + limits.attachmentBytes()
                            + "; send it as a tensor");
        }
        return bytes(value.read(0, (int) value.size()));
    }

    private static byte[] bytes(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.get(view.position(), bytes);
        return bytes;
    }

    private void open(int length) throws ProtocolException {
        if (depth == limits.depth()) {
            throw invalid("maps and arrays are nested deeper than " + limits.depth());
        }
        if (length > limits.elements() - elements) {
            throw invalid("there are more than " + limits.elements() + " elements");
        }
        elements += length;
        depth++;
    }

    private ProtocolException invalid(String what) {
        return new ProtocolException(ErrorCode.INVALID_VALUE, what + ", before byte " + in.position() + " of the body");
    }
}
