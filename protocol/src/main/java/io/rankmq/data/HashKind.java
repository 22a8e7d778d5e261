// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.rankmq.protocol.Limits;
import java.nio.ByteBuffer;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** How digests are made (docs/protocol.md, section 12.2). Safe for use by many threads. */
public enum HashKind {
    /** Finds equal values and broken memory, disks and software; peers are authenticated already. The default: some GB/s. */
    XXH3_128("xxh3-128", 16) {
        @Override
        void hash(byte[] bytes, int offset, int length, byte[] to, int at) {
            HashValue128 hash = Xxh3.HASHER.hashBytesTo128Bits(bytes, offset, length);
            ByteBuffer.wrap(to, at, 16).putLong(hash.getMostSignificantBits()).putLong(hash.getLeastSignificantBits());
        }
    },
    /** For who does not trust the members of a session either. */
    SHA_256("sha-256", 32) {
        @Override
        void hash(byte[] bytes, int offset, int length, byte[] to, int at) {
            try {
                MessageDigest sha = MessageDigest.getInstance("SHA-256");
                sha.update(bytes, offset, length);
                sha.digest(to, at, 32);
            } catch (NoSuchAlgorithmException | DigestException impossible) {
                throw new IllegalStateException("every Java has SHA-256", impossible);
            }
        }
    };

    private final String wireName;
    private final int bytes;

    HashKind(String wireName, int bytes) {
        this.wireName = wireName;
        this.bytes = bytes;
    }

    /** The name in bootstrap documents and job files. */
    public String wireName() {
        return wireName;
    }

    /** Bytes of a digest. */
    public int bytes() {
        return bytes;
    }

    /** The kind with that name, or null. */
    public static @Nullable HashKind ofWireName(String name) {
        for (HashKind kind : values()) {
            if (kind.wireName.equals(name)) {
                return kind;
            }
        }
        return null;
    }

    /** Made when the first value is hashed: a rank that gets none need not load it. */
    private static final class Xxh3 {
        static final Hasher128 HASHER = Hashing.xxh3_128();
    }

    abstract void hash(byte[] bytes, int offset, int length, byte[] to, int at);

    /** The sum of a chunk, of at most {@link Limits#FRAME_BYTES}: XXH3-64; the buffer's position stays. */
    public static long sum(ByteBuffer chunk) {
        int length = chunk.remaining();
        if (chunk.hasArray()) {
            return Hashing.xxh3_64().hashBytesToLong(chunk.array(), chunk.arrayOffset() + chunk.position(), length);
        }
        byte[] copy = new byte[length];
        chunk.get(chunk.position(), copy);
        return Hashing.xxh3_64().hashBytesToLong(copy, 0, length);
    }
}
