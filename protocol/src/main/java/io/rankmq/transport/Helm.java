// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Says which thread runs a loop: its own, or one guest. Whoever takes the helm sees all that the one before did. A guest that leaves wakes nobody,
 * for it mostly comes back within a moment, and a wake-up costs more than a small task; the loop's own thread looks after the helm by itself.
 */
final class Helm {

    /** How often the own thread looks whether the guest is still there; longer saves a little, and lets what comes during a task wait longer. */
    private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** A guest that has been away for so long is at some work of its own. */
    private static final long ABSENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Bounds a wait that somebody is sure to end. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Thread own;
    private final AtomicReference<@Nullable Thread> holder = new AtomicReference<>();
    private volatile @Nullable Thread wanting;
    private volatile boolean called;
    private volatile boolean closed;
    private volatile long leftAt;

    Helm(Thread own) {
        this.own = own;
        this.leftAt = System.nanoTime() - ABSENCE_NANOS;
    }

    boolean isHeldBy(Thread thread) {
        return holder.get() == thread;
    }

    /** Whether a guest waits for the holder to leave. */
    boolean isWanted() {
        return wanting != null;
    }

    /** Takes the helm if nobody has it. */
    boolean tryTake() {
        return holder.get() == null && holder.compareAndSet(null, Thread.currentThread());
    }

    /**
     * Takes the helm as a guest.
     *
     * @param wakeHolder ends the sleep of whoever has it
     * @return false if the loop has ended
     */
    boolean take(Runnable wakeHolder) {
        Thread me = Thread.currentThread();
        while (!closed) {
            if (tryTake()) {
                wanting = null;
                // The guest looks after all that was posted so far.
                called = false;
                return true;
            }
            wanting = me;
            wakeHolder.run();
            if (holder.get() != null) {
                LockSupport.parkNanos(this, PATIENCE_NANOS);
            }
        }
        return false;
    }

    /** The own thread waits until it is needed, and has the helm then. */
    void takeWhenNeeded() {
        while (true) {
            long pause = REST_NANOS;
            if (holder.get() == null) {
                pause = called ? 0 : leftAt + ABSENCE_NANOS - System.nanoTime();
                if (pause <= 0 && tryTake()) {
                    called = false;
                    return;
                }
            }
            if (pause > 0) {
                LockSupport.parkNanos(this, pause);
            }
        }
    }

    /** Whoever has the helm leaves it. */
    void leave() {
        leftAt = System.nanoTime();
        holder.set(null);
        Thread next = wanting;
        if (next != null) {
            LockSupport.unpark(next);
        }
    }

    /** There is something to do: the own thread does it if nobody is there. */
    void callIfAbsent() {
        if (holder.get() == null) {
            called = true;
            LockSupport.unpark(own);
        }
    }

    /** The own thread keeps the helm for ever. */
    void close() {
        closed = true;
        Thread next = wanting;
        if (next != null) {
            LockSupport.unpark(next);
        }
    }
}
