// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes msgpack into an array that grows, always in the shortest form. Of our own, because each round trip pays for it. */
final class MsgpackWriter {
    private byte[] bytes;
    private int size;

    MsgpackWriter(int capacity) {
        bytes = new byte[capacity];
    }

    int size() {
        return size;
    }

    /** Forgets what was written after {@code mark}. */
    void rewind(int mark) {
        size = mark;
    }

    /** What was written; not a copy, so nothing may be written after this. */
    ByteBuffer toBuffer() {
        return ByteBuffer.wrap(bytes, 0, size).slice();
    }

    /** Sets a byte that is there already. */
    void patch(int at, int value) {
        bytes[at] = (byte) value;
    }

    /** Puts the header of a map before what was written from {@code mark} on, once its length is known. */
    void insertMapHeader(int mark, int entries) {
        int end = size;
        mapHeader(entries);
        byte[] header = Arrays.copyOfRange(bytes, end, size);
        System.arraycopy(bytes, mark, bytes, mark + header.length, end - mark);
        System.arraycopy(header, 0, bytes, mark, header.length);
    }

    void nil() {
        ensure(1);
        put(0xc0);
    }

    void bool(boolean value) {
        ensure(1);
        put(value ? 0xc3 : 0xc2);
    }

    void integer(long value) {
        ensure(9);
        if (value >= -32 && value <= 127) {
            put((int) value);
        } else if (value > 0) {
            unsigned(value);
        } else {
            signed(value);
        }
    }

    private void unsigned(long value) {
        if (value <= 0xff) {
            tagged(0xcc, value, 1);
        } else if (value <= 0xffff) {
            tagged(0xcd, value, 2);
        } else if (value <= 0xffff_ffffL) {
            tagged(0xce, value, 4);
        } else {
            tagged(0xcf, value, 8);
        }
    }

    private void signed(long value) {
        if (value >= Byte.MIN_VALUE) {
            tagged(0xd0, value, 1);
        } else if (value >= Short.MIN_VALUE) {
            tagged(0xd1, value, 2);
        } else if (value >= Integer.MIN_VALUE) {
            tagged(0xd2, value, 4);
        } else {
            tagged(0xd3, value, 8);
        }
    }

    void float64(double value) {
        ensure(9);
        tagged(0xcb, Double.doubleToRawLongBits(value), 8);
    }

    void text(String text) {
        int length = text.length();
        if (length > 64 || !isAscii(text)) {
            byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
            textHeader(encoded.length);
            raw(encoded);
            return;
        }
        textHeader(length);
        ensure(length);
        for (int i = 0; i < length; i++) {
            bytes[size + i] = (byte) text.charAt(i);
        }
        size += length;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private void textHeader(int length) {
        ensure(5);
        if (length < 32) {
            put(0xa0 | length);
        } else if (length <= 0xff) {
            tagged(0xd9, length, 1);
        } else {
            sized(0xda, length);
        }
    }

    void binHeader(int length) {
        ensure(5);
        if (length <= 0xff) {
            tagged(0xc4, length, 1);
        } else {
            sized(0xc5, length);
        }
    }

    void arrayHeader(int length) {
        ensure(5);
        if (length < 16) {
            put(0x90 | length);
        } else {
            sized(0xdc, length);
        }
    }

    void mapHeader(int entries) {
        ensure(5);
        if (entries < 16) {
            put(0x80 | entries);
        } else {
            sized(0xde, entries);
        }
    }

    void extHeader(int type, int length) {
        ensure(6);
        switch (length) {
            case 1, 2, 4, 8, 16 -> put(0xd4 + Integer.numberOfTrailingZeros(length));
            default -> {
                if (length <= 0xff) {
                    tagged(0xc7, length, 1);
                } else {
                    sized(0xc8, length);
                }
            }
        }
        put(type);
    }

    void raw(byte[] source) {
        ensure(source.length);
        System.arraycopy(source, 0, bytes, size, source.length);
        size += source.length;
    }

    /** Appends what remains of {@code source}, whose position stays. */
    void raw(ByteBuffer source) {
        int length = source.remaining();
        ensure(length);
        source.get(source.position(), bytes, size, length);
        size += length;
    }

    /** The form with 16 bits of length, or the next one with 32. */
    private void sized(int tag, int length) {
        if (length <= 0xffff) {
            tagged(tag, length, 2);
        } else {
            tagged(tag + 1, length, 4);
        }
    }

    private void tagged(int tag, long value, int width) {
        put(tag);
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            put((int) (value >>> shift));
        }
    }

    private void put(int value) {
        bytes[size++] = (byte) value;
    }

    private void ensure(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, (int)
                    Math.min(Integer.MAX_VALUE - 8, Math.max(2L * bytes.length, (long) size + more)));
        }
    }
}
