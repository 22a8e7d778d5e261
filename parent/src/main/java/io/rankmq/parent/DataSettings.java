// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.data.HashKind;
import io.rankmq.protocol.Limits;

/**
 * How large values travel (docs/data-plane.md).
 *
 * @param sharedMemory {@link #AUTO}, {@link #OFF}, or a folder of shared memory on every host
 * @param inlineLimit a message none of whose values is larger carries them itself, in bytes; 65,536, what a message may carry inside its body, because a
 *     file and a mapping cost as much as copying some 100 KB
 * @param chunk bytes that a rank on another host asks for at a time; 262,144, because larger frames keep an I/O thread from others and smaller ones
 *     pay more for each
 * @param digest by which values are known; XXH3, because whoever may send is authenticated already and SHA-256 takes several times as long
 */
public record DataSettings(String sharedMemory, int inlineLimit, int chunk, HashKind digest) {

    /** {@code /dev/shm} where it can be used, else none. */
    public static final String AUTO = "auto";

    /** No shared memory: ranks ask for chunks even on this host. */
    public static final String OFF = "off";

    /** What suits most. */
    public static final DataSettings DEFAULT = new DataSettings(AUTO, Limits.INLINE_BYTES, 262_144, HashKind.XXH3_128);

    private static final int MIN_CHUNK = 4096;

    /** Refuses what section 12.1 of the protocol does not allow. */
    public DataSettings {
        if (inlineLimit < Limits.INLINE_BYTES) {
            throw new IllegalArgumentException(
                    "data.inline_limit: " + inlineLimit + " was given, expected at least " + Limits.INLINE_BYTES);
        }
        if (chunk < MIN_CHUNK || chunk > Limits.FRAME_BYTES) {
            throw new IllegalArgumentException(
                    "data.chunk: " + chunk + " was given, expected " + MIN_CHUNK + " to " + Limits.FRAME_BYTES);
        }
        if (!sharedMemory.equals(AUTO) && !sharedMemory.equals(OFF) && !sharedMemory.startsWith("/")) {
            throw new IllegalArgumentException("data.shared_memory: '" + sharedMemory
                    + "' was given, expected auto, off or the absolute path of a folder");
        }
    }

    /** The same with another place for shared memory. */
    public DataSettings withSharedMemory(String value) {
        return new DataSettings(value, inlineLimit, chunk, digest);
    }

    /** The same with another inline limit. */
    public DataSettings withInlineLimit(int bytes) {
        return new DataSettings(sharedMemory, bytes, chunk, digest);
    }

    /** The same with another size of chunks. */
    public DataSettings withChunk(int bytes) {
        return new DataSettings(sharedMemory, inlineLimit, bytes, digest);
    }

    /** The same with another digest. */
    public DataSettings withDigest(HashKind value) {
        return new DataSettings(sharedMemory, inlineLimit, chunk, value);
    }
}
