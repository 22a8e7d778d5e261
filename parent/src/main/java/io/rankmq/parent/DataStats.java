// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

/**
 * What the parent's side of the data plane has counted.
 *
 * @param written bytes of the parent's own values written into shared memory
 * @param hits how often a value was there already
 * @param chunksOut bytes sent in chunks
 * @param chunksIn bytes received in chunks
 * @param badChunks chunks whose sum was wrong
 * @param fallbacks values for which shared memory had no room
 */
public record DataStats(long written, long hits, long chunksOut, long chunksIn, long badChunks, long fallbacks) {

    /** Nothing. */
    static final DataStats NONE = new DataStats(0, 0, 0, 0, 0, 0);
}
