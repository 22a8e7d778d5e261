// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * Gives the frames that arrive on one socket their bytes, and none to what must not have any. Such a frame reads as an empty one, which
 * neither a handshake nor CURVE knows, so JeroMQ closes the connection and throws away the unfinished message. Two things get none:
 *
 * <ul>
 *   <li>A size that is not sane. JeroMQ reads it as a signed number, so a negative one passes its own check; cut to 32 bits it may ask for
 *       2 GiB, or for less than nothing, before the peer is authenticated.
 *   <li>A frame beyond what may wait unread. A message without end never reaches the loop, so nothing else could bound it.
 * </ul>
 *
 * <p>What waits is an estimate: frames of handshakes and of broken connections are counted in and never out. Whenever the limit is hit half of it
 * is forgiven, so an error costs a connection now and then, which its peer makes anew. Nothing is forgiven while the socket is held back, for then it does wait.
 */
final class Inflow implements MsgAllocator {

    /** What CURVE adds to a frame. */
    private static final int CURVE_BYTES = 33;

    /** No header is so large, no heartbeat and no part of a handshake. */
    private static final int PART_OF_BODY = 8192;

    private final long maxFrame;
    private final long maxWaiting;
    private final @Nullable QueueBudget shared;
    private final AtomicLong waiting = new AtomicLong();
    private final AtomicLong cuts = new AtomicLong();
    private final Ticker ticker;
    private volatile long bodyAt;
    private volatile boolean sawBody;
    private volatile boolean held;

    Inflow(long maxFrame, long maxWaiting, Ticker ticker) {
        this(maxFrame, maxWaiting, null, ticker);
    }

    /** As the other; several sockets share {@code shared}. */
    Inflow(long maxFrame, long maxWaiting, @Nullable QueueBudget shared, Ticker ticker) {
        this.shared = shared;
        this.ticker = ticker;
        this.maxFrame = maxFrame;
        this.maxWaiting = maxWaiting;
    }

    /** Called by the I/O thread for each frame. */
    @Override
    public Msg allocate(int size) {
        if (size < 0 || size > maxFrame) {
            return new Msg(0);
        }
        long before = waiting.get();
        if (before + size > maxWaiting || (shared != null && !shared.hasRoom(before, size))) {
            if (!held) {
                add(-Math.min(before, maxWaiting) / 2);
            }
            cuts.incrementAndGet();
            return new Msg(0);
        }
        add(size);
        if (size > PART_OF_BODY) {
            bodyAt = ticker.nanos();
            sawBody = true;
        }
        return new Msg(size);
    }

    /** The loop has taken a part of a message. */
    void taken(Msg part) {
        add(-part.size() - CURVE_BYTES);
    }

    /** The socket is not read, or is again. */
    void hold(boolean on) {
        held = on;
    }

    /** Nothing waits any more. */
    void close() {
        add(-waiting.get());
    }

    private void add(long bytes) {
        waiting.addAndGet(bytes);
        if (shared != null) {
            shared.add(bytes);
        }
    }

    /** How long ago a part of a body began to arrive, in nanoseconds; {@link Long#MAX_VALUE} if none has. Any thread. */
    long nanosSinceBody() {
        return sawBody ? ticker.nanos() - bodyAt : Long.MAX_VALUE;
    }

    /** How many connections were cut because too much waited. */
    long cuts() {
        return cuts.get();
    }
}
