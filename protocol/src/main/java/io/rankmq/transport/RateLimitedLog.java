// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import org.slf4j.Logger;

/**
 * Counts everything and logs a little: what a stranger can cause must not fill the log. A burst passes, then one line per interval,
 * which says how many were left out. Not safe for several threads.
 */
public final class RateLimitedLog {

    private static final int BURST = 10;
    private static final long INTERVAL_NANOS = 1_000_000_000L;

    private final Logger log;
    private final Ticker ticker;
    private long count;
    private long suppressed;
    private int credit = BURST;
    private long refilledAt;

    /** Writes warnings to {@code log}, timed by {@code ticker}. */
    public RateLimitedLog(Logger log, Ticker ticker) {
        this.log = log;
        this.ticker = ticker;
        this.refilledAt = ticker.nanos();
    }

    /** Counts one occurrence and logs it if there is room; the arguments are those of {@link Logger#warn(String, Object...)}. */
    public void warn(String format, Object... args) {
        count++;
        refill();
        if (credit == 0) {
            suppressed++;
            return;
        }
        credit--;
        log.warn(format, args);
        if (suppressed > 0) {
            log.warn("{} more warnings of this kind were left out", suppressed);
            suppressed = 0;
        }
    }

    /** How often {@link #warn} was called. */
    public long count() {
        return count;
    }

    private void refill() {
        long intervals = (ticker.nanos() - refilledAt) / INTERVAL_NANOS;
        if (intervals > 0) {
            credit = (int) Math.min(BURST, credit + intervals);
            refilledAt += intervals * INTERVAL_NANOS;
        }
    }
}
