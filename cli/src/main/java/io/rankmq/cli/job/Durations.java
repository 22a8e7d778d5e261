// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as people write them: {@code 500ms}, {@code 1.5s}, {@code 5m}, {@code 2h}. */
public final class Durations {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,3})?)(ms|s|m|h)");

    private Durations() {}

    /**
     * Reads a time.
     *
     * @throws IllegalArgumentException if it is none or not above 0; one sentence that says what was expected
     */
    public static Duration parse(String text) {
        Matcher matcher = FORM.matcher(text.strip());
        if (matcher.matches()) {
            BigDecimal nanos = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(nanosIn(matcher.group(2))));
            Duration duration = Duration.ofSeconds(
                    nanos.divideToIntegralValue(BigDecimal.valueOf(1_000_000_000))
                            .longValueExact(),
                    nanos.remainder(BigDecimal.valueOf(1_000_000_000)).longValueExact());
            if (!duration.isZero()) {
                return duration;
            }
        }
        throw new IllegalArgumentException(
                "expected a time above 0 with a unit, such as 500ms, 30s, 5m or 2h, got '" + text + "'");
    }

    /** A time as people read it: {@code 0.35 s}, {@code 12.3 s}, {@code 4 min 05 s}, {@code 2 h 03 min}. */
    public static String show(Duration time) {
        long millis = time.toMillis();
        if (millis < 1_000) {
            return String.format(Locale.ROOT, "%.2f s", millis / 1e3);
        }
        // 59.95 s and more would be rounded to a minute of 60 s.
        if (millis < 59_950) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
        }
        long seconds = Math.round(millis / 1e3);
        if (seconds < 3_600) {
            return String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
        return String.format(Locale.ROOT, "%d h %02d min", seconds / 3_600, seconds / 60 % 60);
    }

    private static long nanosIn(String unit) {
        return switch (unit) {
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
        };
    }
}
