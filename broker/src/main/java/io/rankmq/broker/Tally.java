// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import org.jspecify.annotations.Nullable;

/** A number of bytes that is part of another one. Loop thread only. */
final class Tally {
    private final @Nullable Tally whole;
    private long bytes;

    Tally(@Nullable Tally whole) {
        this.whole = whole;
    }

    void add(long change) {
        bytes += change;
        if (whole != null) {
            whole.add(change);
        }
    }

    long bytes() {
        return bytes;
    }
}
