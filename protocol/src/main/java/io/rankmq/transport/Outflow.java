// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import zmq.Msg;

/**
 * Knows how many bytes JeroMQ holds for the peers of one queue: one peer of a ROUTER, or all subscribers of a XPUB, which share their messages.
 *
 * <p>JeroMQ tells nobody, but it asks a message two things at the right moments. A pipe that takes it asks {@link Msg#isIdentity}, on the
 * loop thread, while the loop sends: so we learn how many pipes hold it. CURVE asks {@link Msg#transfer} once for each pipe, on the I/O thread, when
 * the message leaves for the wire. What a pipe holds when its connection ends is asked nothing; it counts until the garbage collector
 * has found it, which errs on the side of the bound. Small messages are not counted: their number is bounded by the queue's mark.
 *
 * <p>Loop thread only, except for what the I/O thread asks of a message.
 */
final class Outflow {
    /** From here on a frame is counted: a thousand such frames are what the mark for messages lets pass uncounted. */
    static final int COUNTED_FROM = 1024;

    private static final int SWEEP_EVERY = 64;

    private final QueueBudget budget;
    private final AtomicLong waiting = new AtomicLong();
    private final Deque<Tracked> tracked = new ArrayDeque<>();
    private int sweepIn;

    Outflow(QueueBudget budget) {
        this.budget = budget;
    }

    /** Whether a message of these frames may be queued. */
    boolean hasRoom(List<ByteBuffer> frames) {
        long bytes = 0;
        for (ByteBuffer frame : frames) {
            bytes += frame.remaining() < COUNTED_FROM ? 0 : frame.remaining();
        }
        if (bytes == 0 || budget.hasRoom(waiting.get(), bytes)) {
            return true;
        }
        if (sweepIn-- > 0) {
            return false;
        }
        sweepIn = SWEEP_EVERY;
        sweep();
        return budget.hasRoom(waiting.get(), bytes);
    }

    /** The message part for a frame that is about to be sent. */
    Msg part(ByteBuffer frame) {
        if (frame.remaining() < COUNTED_FROM) {
            return new Msg(frame.slice());
        }
        while (!tracked.isEmpty() && tracked.peekFirst().count.isOver()) {
            tracked.removeFirst();
        }
        Count count = new Count(frame.remaining());
        CountedMsg part = new CountedMsg(frame.slice(), count);
        tracked.add(new Tracked(part, count));
        return part;
    }

    /** The part was given to all pipes that take it. */
    void sent(Msg part) {
        if (part instanceof CountedMsg counted) {
            counted.count.sender = null;
            counted.count.leave();
        }
    }

    /** Bytes that wait. */
    long waiting() {
        return waiting.get();
    }

    /** The queue is gone. */
    void close() {
        tracked.forEach(one -> one.count.end());
        tracked.clear();
    }

    private void sweep() {
        tracked.removeIf(one -> {
            if (one.get() == null) {
                one.count.end();
            }
            return one.count.isOver();
        });
    }

    /** How many hold a part: the pipes, and we while we send it. */
    private final class Count {
        private final int bytes;
        private final AtomicInteger holders = new AtomicInteger(1);
        private volatile @Nullable Thread sender = Thread.currentThread();

        Count(int bytes) {
            this.bytes = bytes;
            waiting.addAndGet(bytes);
            budget.add(bytes);
        }

        void enter() {
            if (Thread.currentThread() == sender) {
                holders.incrementAndGet();
            }
        }

        void leave() {
            if (holders.decrementAndGet() == 0) {
                release();
            }
        }

        /** Nobody holds it any more, whatever was counted. */
        void end() {
            if (holders.getAndSet(Integer.MIN_VALUE / 2) > 0) {
                release();
            }
        }

        boolean isOver() {
            return holders.get() <= 0;
        }

        private void release() {
            waiting.addAndGet(-bytes);
            budget.add(-bytes);
        }
    }

    private static final class Tracked extends WeakReference<CountedMsg> {
        private final Count count;

        Tracked(CountedMsg part, Count count) {
            super(part);
            this.count = count;
        }
    }

    /** A part that notices who takes it and when it leaves. */
    private static final class CountedMsg extends Msg {
        private final Count count;

        CountedMsg(ByteBuffer frame, Count count) {
            super(frame);
            this.count = count;
        }

        @Override
        public boolean isIdentity() {
            count.enter();
            return super.isIdentity();
        }

        @Override
        public void transfer(ByteBuffer to, int from, int length) {
            super.transfer(to, from, length);
            count.leave();
        }
    }
}
