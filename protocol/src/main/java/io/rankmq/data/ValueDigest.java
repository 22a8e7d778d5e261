// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.protocol.Digest;

/** Makes the digest of one value, block by block. Different blocks may be given by different threads. */
public final class ValueDigest {

    /** Bytes of a block: it stays in a core's cache between hashing and copying. */
    public static final int BLOCK_BYTES = 1 << 20;

    private final HashKind kind;
    private final byte[] hashes;

    /** @param size bytes of the value */
    public ValueDigest(HashKind kind, long size) {
        this.kind = kind;
        long blocks = Math.max(1, (size + BLOCK_BYTES - 1) / BLOCK_BYTES);
        hashes = new byte[Math.toIntExact(blocks * kind.bytes())];
    }

    /** Gives block {@code index}, which has {@link #BLOCK_BYTES} unless it is the last. */
    public void block(long index, byte[] bytes, int offset, int length) {
        kind.hash(bytes, offset, length, hashes, (int) index * kind.bytes());
    }

    /** The digest, when all blocks were given. */
    public Digest finish() {
        byte[] digest = new byte[kind.bytes()];
        kind.hash(hashes, 0, hashes.length, digest, 0);
        return Digest.of(digest);
    }
}
