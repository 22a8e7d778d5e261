// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** Obeys the same RESEND only once in a while: what is asked for may be large, and may be on its way. Loop thread only. */
final class ResendLimit {
    private long from;
    private long obeyedAt;

    /** Whether to send the stream again from this number now; remembers that it was sent. */
    boolean mayObey(long wanted, long now) {
        if (wanted == from && now - obeyedAt < Timing.OBEY_AGAIN) {
            return false;
        }
        from = wanted;
        obeyedAt = now;
        return true;
    }
}
