// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/**
 * Something that wants to act at a time of its own choosing: usually a core that knows when its next heartbeat or deadline is due. Both
 * methods are called by the loop thread only.
 */
public interface LoopTimer {

    /** In place of a deadline: nothing is due. */
    long NEVER = Long.MAX_VALUE;

    /** When {@link #onTick} wants to be called next, in nanoseconds of the loop's {@link Ticker}, or {@link #NEVER}. Asked before each wait. */
    long nextDeadlineNanos();

    /**
     * Called once the deadline has come. It must move the deadline on, else the loop spins.
     *
     * @param nowNanos the time, by the loop's {@link Ticker}
     */
    void onTick(long nowNanos);
}
