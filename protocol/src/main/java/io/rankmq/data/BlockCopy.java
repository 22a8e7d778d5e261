// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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

    /** Copies all bytes. */
    static Digest copy(Bytes value, HashKind hash, Target target) throws IOException {
        long size = value.size();
        int blocks = Math.max(1, Math.toIntExact((size + ValueDigest.BLOCK_BYTES - 1L) / ValueDigest.BLOCK_BYTES));
        int parts = size < DIVIDED_BYTES ? 1 : Runtime.getRuntime().availableProcessors();
        ValueDigest digest = new ValueDigest(hash, size);
        AtomicReference<@Nullable IOException> failure = new AtomicReference<>();
        IntStream.range(0, parts).parallel().forEach(part -> {
            byte[] room = new byte[(int) Math.min(size, ValueDigest.BLOCK_BYTES)];
            try {
                for (int block = part; block < blocks && failure.get() == null; block += parts) {
                    copy(value, digest, target, block, room);
                }
            } catch (IOException failed) {
                failure.compareAndSet(null, failed);
            }
        });
        // Only now does no part touch the target any more.
        IOException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        return digest.finish();
    }

    /** {@code room}: for a block of memory without an array. */
    private static void copy(Bytes value, ValueDigest digest, Target target, int index, byte[] room)
            throws IOException {
        long at = (long) index * ValueDigest.BLOCK_BYTES;
        ByteBuffer block = value.read(at, (int) Math.min(value.size() - at, ValueDigest.BLOCK_BYTES));
        if (block.hasArray()) {
            digest.block(index, block.array(), block.arrayOffset(), block.remaining());
        } else {
            block.get(0, room, 0, block.remaining());
            digest.block(index, room, 0, block.remaining());
        }
        target.write(at, block);
    }

    /** The digest of all bytes. */
    static Digest digest(Bytes value, HashKind hash) {
        try {
            return copy(value, hash, (offset, bytes) -> {});
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
