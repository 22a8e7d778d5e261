// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/**
 * How much may be taken at a time: so much a second, and a part of it at once after a quiet moment. What is taken may be more than there is, since
 * nobody knows a message's size before it is read; then it takes as much longer until there is something again. No clock.
 */
final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private final long perSecond;
    private final long most;
    private long tokens;
    private long filledAt;

    /** Full at {@code now}, in nanoseconds, which is {@code most}. */
    TokenBucket(long perSecond, long most, long now) {
        if (perSecond < 1 || perSecond > SECOND) {
            throw new IllegalArgumentException("a rate is from 1 to " + SECOND + " a second, not " + perSecond);
        }
        if (most < 1 || most > perSecond) {
            throw new IllegalArgumentException("from 1 to " + perSecond + " can be taken at once, not " + most);
        }
        this.perSecond = perSecond;
        this.most = most;
        this.tokens = most;
        this.filledAt = now;
    }

    boolean isEmpty(long now) {
        // Beyond that time it is full, and the product below does not overflow.
        long debt = most - tokens;
        long elapsed = now - filledAt;
        if (elapsed / SECOND > debt / perSecond) {
            tokens = most;
            filledAt = now;
        } else {
            long whole = elapsed / SECOND * perSecond;
            long part = elapsed % SECOND * perSecond / SECOND;
            if (whole + part > 0) {
                tokens = Math.min(most, tokens + whole + part);
                // The rest of a token stays for the next time.
                filledAt += elapsed / SECOND * SECOND + part * SECOND / perSecond;
            }
        }
        return tokens <= 0;
    }

    void take(long count) {
        tokens -= count;
    }
}
