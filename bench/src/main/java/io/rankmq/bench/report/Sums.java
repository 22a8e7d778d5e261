// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import java.nio.ByteBuffer;
import java.nio.LongBuffer;

/** Reads every byte. */
public final class Sums {
    private Sums() {}

    /** The sum of the 64-bit numbers in it. */
    public static long of(ByteBuffer bytes) {
        LongBuffer longs = bytes.asLongBuffer();
        long sum = 0;
        for (int i = 0; i < longs.limit(); i++) {
            sum += longs.get(i);
        }
        return sum;
    }
}
