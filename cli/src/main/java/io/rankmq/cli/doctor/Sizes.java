// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import java.util.Locale;

/** Numbers of bytes as people read them. */
final class Sizes {

    private Sizes() {}

    static String show(long bytes) {
        if (bytes < 1L << 20) {
            return bytes / 1024 + " KiB";
        }
        return bytes < 1L << 30
                ? (bytes >> 20) + " MiB"
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
    }
}
