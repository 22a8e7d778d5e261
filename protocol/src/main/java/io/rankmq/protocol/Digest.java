// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/** What a value is known by: 16 bytes of XXH3-128 or 32 of SHA-256 (docs/protocol.md, section 12.2). Immutable. */
public final class Digest {
    private final byte[] bytes;

    private Digest(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * A digest of a copy of these bytes.
     *
     * @throws IllegalArgumentException if there are neither 16 nor 32
     */
    public static Digest of(byte[] bytes) {
        return of(ByteBuffer.wrap(bytes));
    }

    static Digest of(ByteBuffer view) {
        if (!isLength(view.remaining())) {
            throw new IllegalArgumentException("a digest has 16 or 32 bytes, not " + view.remaining());
        }
        byte[] copy = new byte[view.remaining()];
        view.get(view.position(), copy);
        return new Digest(copy);
    }

    static boolean isLength(int length) {
        return length == 16 || length == 32;
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** Not a copy. */
    byte[] bytes() {
        return bytes;
    }

    /** In lower-case hexadecimal. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Digest that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return hex();
    }
}
