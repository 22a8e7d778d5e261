// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import java.util.Locale;

/** Numbers as the tables show them. */
public final class Figures {
    private Figures() {}

    /** Nanoseconds as milliseconds with three decimals. */
    public static String millis(double nanos) {
        return String.format(Locale.ROOT, "%.3f ms", nanos / 1e6);
    }

    /** Nanoseconds as seconds with two decimals. */
    public static String seconds(double nanos) {
        return String.format(Locale.ROOT, "%.2f s", nanos / 1e9);
    }

    /** A ratio with two decimals. */
    public static String ratio(double value) {
        return String.format(Locale.ROOT, "%.2fx", value);
    }

    /** A count a second, with thousands apart. */
    public static String rate(double perSecond) {
        return String.format(Locale.ROOT, "%,.0f/s", perSecond);
    }

    /** A goal beside what was measured; both in the same unit, less is better. */
    public static String verdict(double measured, double goal) {
        return measured <= goal ? "met" : "missed";
    }
}
