// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Copies a value and computes its digest in one go, block by block, so that each block is read from memory once. */
final class BlockCopy {
    private BlockCopy() {}

    /** Where the bytes go. */
    interface Target {
        void write(long offset, ByteBuffer bytes) throws IOException;
    }

    /** Copies all remaining bytes; the position stays. */
    static Digest copy(ByteBuffer value, HashKind hash, Target target) throws IOException {
        int size = value.remaining();
        ValueDigest digest = new ValueDigest(hash, size);
        byte[] block = new byte[Math.min(size, ValueDigest.BLOCK_BYTES)];
        int start = value.position();
        int at = 0;
        do {
            int length = Math.min(block.length, size - at);
            value.get(start + at, block, 0, length);
            digest.block(at / ValueDigest.BLOCK_BYTES, block, 0, length);
            target.write(at, ByteBuffer.wrap(block, 0, length));
            at += length;
        } while (at < size);
        return digest.finish();
    }

    /** The digest of all remaining bytes. */
    static Digest digest(ByteBuffer value, HashKind hash) {
        try {
            return copy(value, hash, (offset, bytes) -> {});
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
