// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/**
 * Reads msgpack and believes nothing: every length is checked against the bytes that are there before it is used. Of our own,
 * because each round trip pays for it, and because libraries differ in what they let pass.
 */
final class MsgpackReader {

    /** What kind of value comes next. */
    enum Type {
        NIL,
        BOOL,
        INT,
        FLOAT,
        STR,
        BIN,
        ARRAY,
        MAP,
        EXT,
        NEVER_USED
    }

    private static final Type[] TYPES = new Type[256];

    static {
        for (int tag = 0; tag < 256; tag++) {
            TYPES[tag] = typeOf(tag);
        }
    }

    private final ByteBuffer in;
    private final int end;
    private final ErrorCode structureFault;
    private final ErrorCode valueFault;
    private int at;

    /**
     * A reader of what remains of {@code source}.
     *
     * @param structureFault name of the fault if the bytes are no msgpack, or not the type that is asked for
     * @param valueFault name of the fault if they are, but the value cannot be represented
     */
    MsgpackReader(ByteBuffer source, ErrorCode structureFault, ErrorCode valueFault) {
        in = source.slice();
        end = in.limit();
        this.structureFault = structureFault;
        this.valueFault = valueFault;
    }

    private static Type typeOf(int tag) {
        if (tag <= 0x7f || tag >= 0xe0 || (tag >= 0xcc && tag <= 0xd3)) {
            return Type.INT;
        } else if (tag <= 0x8f || tag >= 0xde) {
            return Type.MAP;
        } else if (tag <= 0x9f || tag >= 0xdc) {
            return Type.ARRAY;
        } else if (tag <= 0xbf || tag >= 0xd9) {
            return Type.STR;
        } else if (tag <= 0xc1) {
            return tag == 0xc0 ? Type.NIL : Type.NEVER_USED;
        } else if (tag <= 0xc3) {
            return Type.BOOL;
        } else if (tag <= 0xc6) {
            return Type.BIN;
        } else {
            return tag == 0xca || tag == 0xcb ? Type.FLOAT : Type.EXT;
        }
    }

    int position() {
        return at;
    }

    void position(int position) {
        at = position;
    }

    int remaining() {
        return end - at;
    }

    /** The byte at a place that was read or skipped before. */
    byte byteAt(int index) {
        return in.get(index);
    }

    Type peek() throws ProtocolException {
        need(1);
        return TYPES[in.get(at) & 0xff];
    }

    void expectEnd() throws ProtocolException {
        if (at != end) {
            throw fault("there are " + (end - at) + " bytes too many");
        }
    }

    void nil() throws ProtocolException {
        expect(Type.NIL);
        at++;
    }

    boolean bool() throws ProtocolException {
        expect(Type.BOOL);
        return in.get(at++) == (byte) 0xc3;
    }

    long integer() throws ProtocolException {
        expect(Type.INT);
        int tag = in.get(at++);
        if (tag >= -32) {
            return tag;
        }
        return switch (tag & 0xff) {
            case 0xcc -> number(1) & 0xff;
            case 0xcd -> number(2) & 0xffff;
            case 0xce -> number(4) & 0xffff_ffffL;
            case 0xcf -> {
                long value = number(8);
                if (value < 0) {
                    throw new ProtocolException(valueFault, "an integer is over 2^63-1, at byte " + (at - 9));
                }
                yield value;
            }
            case 0xd0 -> number(1);
            case 0xd1 -> number(2);
            case 0xd2 -> number(4);
            default -> number(8);
        };
    }

    double float64() throws ProtocolException {
        expect(Type.FLOAT);
        boolean isWide = in.get(at++) == (byte) 0xcb;
        return isWide ? Double.longBitsToDouble(number(8)) : Float.intBitsToFloat((int) number(4));
    }

    /** Reads the header of a text, and gives its length in bytes, which are there. */
    int textLength() throws ProtocolException {
        expect(Type.STR);
        int tag = in.get(at++) & 0xff;
        return bytesThere(tag < 0xc0 ? tag & 0x1f : length(tag - 0xd9));
    }

    String text() throws ProtocolException {
        return text(textLength());
    }

    /** A text of which the header has been read. */
    String text(int length) throws ProtocolException {
        int start = at;
        at += length;
        try {
            if (in.hasArray()) {
                return Text.decode(in.array(), in.arrayOffset() + start, length);
            }
            byte[] copy = new byte[length];
            in.get(start, copy);
            return Text.decode(copy, 0, length);
        } catch (CharacterCodingException notUtf8) {
            throw new ProtocolException(valueFault, "the text at byte " + start + " is not UTF-8", notUtf8);
        }
    }

    /** Reads a bin, as a view. */
    ByteBuffer bin() throws ProtocolException {
        expect(Type.BIN);
        int tag = in.get(at++) & 0xff;
        return view(bytesThere(length(tag - 0xc4)));
    }

    /** Number of elements, which is not more than there are bytes. */
    int arrayLength() throws ProtocolException {
        expect(Type.ARRAY);
        int tag = in.get(at++) & 0xff;
        return bytesThere(tag < 0xa0 ? tag & 0xf : length(tag - 0xdc + 1));
    }

    /** Number of entries, which is not more than half as many as there are bytes. */
    int mapLength() throws ProtocolException {
        expect(Type.MAP);
        int tag = in.get(at++) & 0xff;
        long entries = tag < 0x90 ? tag & 0xf : length(tag - 0xde + 1);
        bytesThere(2 * entries);
        return (int) entries;
    }

    /** Reads the header of an extension up to its type, and gives the length of its payload. */
    int extLength() throws ProtocolException {
        expect(Type.EXT);
        int tag = in.get(at++) & 0xff;
        long length = tag >= 0xd4 ? 1L << (tag - 0xd4) : length(tag - 0xc7);
        bytesThere(length + 1);
        return (int) length;
    }

    /** The type of an extension of which the length has been read. */
    int extType() {
        return in.get(at++);
    }

    /** The next bytes, which must be there, as a view; skips them. */
    ByteBuffer view(int length) {
        ByteBuffer view = in.slice(at, length);
        at += length;
        return view;
    }

    /** Skips one value of any type; {@code depth} is how many maps and arrays it may have inside each other. */
    void skip(int depth) throws ProtocolException {
        switch (peek()) {
            case NIL, BOOL -> at++;
            case INT -> at += 1 + skippedInteger(in.get(at));
            case FLOAT -> float64();
            case STR -> view(textLength());
            case BIN -> bin();
            case EXT -> view(extLength() + 1);
            case ARRAY -> skipEach(arrayLength(), depth);
            case MAP -> skipEach(2 * mapLength(), depth);
            case NEVER_USED -> throw fault("the byte 0xc1 is no msgpack");
        }
    }

    private void skipEach(int values, int depth) throws ProtocolException {
        if (depth == 0) {
            throw fault("maps and arrays are nested too deep");
        }
        for (int i = 0; i < values; i++) {
            skip(depth - 1);
        }
    }

    private int skippedInteger(byte tag) throws ProtocolException {
        int width = tag >= -32 ? 0 : 1 << (tag & 3);
        need(1 + width);
        return width;
    }

    private void expect(Type expected) throws ProtocolException {
        if (peek() != expected) {
            throw fault("expected " + expected + ", but there is " + peek());
        }
    }

    /** A length of 8, 16 or 32 bits, for 0, 1 and 2. */
    private long length(int log2Width) throws ProtocolException {
        return switch (log2Width) {
            case 0 -> number(1) & 0xff;
            case 1 -> number(2) & 0xffff;
            default -> number(4) & 0xffff_ffffL;
        };
    }

    private long number(int width) throws ProtocolException {
        need(width);
        int start = at;
        at += width;
        return switch (width) {
            case 1 -> in.get(start);
            case 2 -> in.getShort(start);
            case 4 -> in.getInt(start);
            default -> in.getLong(start);
        };
    }

    private int bytesThere(long length) throws ProtocolException {
        need(length);
        return (int) length;
    }

    private void need(long count) throws ProtocolException {
        if (count > end - at) {
            throw fault(count + " bytes are announced, but there are " + (end - at));
        }
    }

    ProtocolException fault(String what) {
        return new ProtocolException(structureFault, what + ", at byte " + at);
    }
}
