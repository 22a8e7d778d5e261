// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.util.ArrayList;
import java.util.List;

/**
 * Bounds how fast sockets are read, each by itself, and what waits in all of them together. A socket that is over its rate is not read for a
 * moment. Its receive mark then stops JeroMQ, which stops TCP, which stops the peer: neither side spends more on it. Loop thread only.
 *
 * <p>Under CURVE JeroMQ loses a message whenever a mark is reached. The mark is above the windows of the protocol, so only who sends without a window
 * reaches it, and streams bring back what was lost.
 */
public final class ReadThrottle implements LoopTimer {
    /** Short beside a round trip that a person notices, long beside the cost of waking up. */
    private static final long PAUSE_NANOS = 10_000_000;

    /** What may be read at once after a quiet moment is this part of a second's worth: all others wait meanwhile. It has room for some ranks' windows. */
    private static final long BURSTS_PER_SECOND = 4;

    private final EventLoop loop;
    private final long perSecond;
    private final long bytesPerToken;
    private final QueueBudget waiting;
    private final List<ReadGate> held = new ArrayList<>();
    private long opensAt;

    /**
     * For sockets of that loop. Loop thread only.
     *
     * @param perSecond messages a second of one socket
     * @param bytesPerToken for so many bytes a message counts once more
     * @param waiting bytes that may wait in all of them together
     */
    public ReadThrottle(EventLoop loop, long perSecond, long bytesPerToken, long waiting) {
        this.loop = loop;
        this.perSecond = perSecond;
        this.bytesPerToken = bytesPerToken;
        this.waiting = new QueueBudget(waiting);
        loop.addTimer(this);
    }

    QueueBudget waiting() {
        return waiting;
    }

    ReadGate gate(Inflow inflow) {
        return new ReadGate(
                this,
                inflow,
                new TokenBucket(
                        perSecond,
                        Math.max(1, perSecond / BURSTS_PER_SECOND),
                        loop.ticker().nanos()),
                bytesPerToken,
                loop.ticker());
    }

    void hold(ReadGate gate) {
        if (held.isEmpty()) {
            opensAt = loop.ticker().nanos() + PAUSE_NANOS;
        }
        held.add(gate);
    }

    @Override
    public long nextDeadlineNanos() {
        return held.isEmpty() ? NEVER : opensAt;
    }

    @Override
    public void onTick(long now) {
        held.forEach(gate -> gate.open(now));
        held.clear();
    }
}
