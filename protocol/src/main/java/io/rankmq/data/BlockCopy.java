// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/**
 * Copies a value and computes its digest in one go, block by block, so that each block is read from memory once. Large values are divided
 * among the processors.
 */
final class BlockCopy {
    /** Below it, waking other threads is not worth it: some milliseconds of work. */
    private static final int DIVIDED_BYTES = 8 << 20;

    private BlockCopy() {}

    /** Where the bytes go; large values from several threads at once. */
    interface Target {
        void write(long offset, ByteBuffer bytes) throws IOException;
    }

    /** Copies all remaining bytes; the position stays. */
    static Digest copy(ByteBuffer value, HashKind hash, Target target) throws IOException {
        ByteBuffer bytes = value.slice();
        int size = bytes.remaining();
        int blocks = Math.max(1, Math.toIntExact((size + ValueDigest.BLOCK_BYTES - 1L) / ValueDigest.BLOCK_BYTES));
        int parts = size < DIVIDED_BYTES ? 1 : Runtime.getRuntime().availableProcessors();
        ValueDigest digest = new ValueDigest(hash, size);
        try {
            IntStream.range(0, parts).parallel().forEach(part -> copy(bytes, digest, target, part, parts, blocks));
        } catch (UncheckedIOException failed) {
            throw failed.getCause();
        }
        return digest.finish();
    }

    /** Every so manieth block: the parts go through memory side by side. */
    private static void copy(ByteBuffer value, ValueDigest digest, Target target, int first, int step, int blocks) {
        byte[] copied = new byte[value.hasArray() ? 0 : Math.min(value.remaining(), ValueDigest.BLOCK_BYTES)];
        for (int index = first; index < blocks; index += step) {
            int at = index * ValueDigest.BLOCK_BYTES;
            ByteBuffer block = value.slice(at, Math.min(value.remaining() - at, ValueDigest.BLOCK_BYTES));
            if (block.hasArray()) {
                digest.block(index, block.array(), block.arrayOffset(), block.remaining());
            } else {
                block.get(0, copied, 0, block.remaining());
                digest.block(index, copied, 0, block.remaining());
            }
            try {
                target.write(at, block);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        }
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
