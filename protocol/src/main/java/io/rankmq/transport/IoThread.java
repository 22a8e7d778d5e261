// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * JeroMQ's I/O thread, made to give way to a thread that is about to tell it something. A command makes the descriptor of the I/O thread readable
 * a moment before the command may be taken. If its sender loses its processor in between, as it does where there are more threads than
 * processors, for the I/O thread was just woken, then the I/O thread finds nothing, looks again, and so keeps the processor from the one it waits for
 * until the scheduler interferes, some milliseconds later.
 *
 * <p>The JDK's selectors ask {@link #isInterrupted} before each wait, and JeroMQ offers no other place to act there. Where it is not asked, nothing
 * is gained and nothing lost.
 */
final class IoThread extends Thread {

    /** Mostly the sender only has to be let on; a yield costs less than a sleep, but the scheduler may choose the same thread again. */
    private static final int YIELDS = 16;

    private static final int PARKS = 50;
    private static final long PARK_NANOS = 20_000;

    private final BooleanSupplier commandUnderWay;

    /** @param commandUnderWay whether somebody is about to tell this thread something */
    IoThread(Runnable work, String name, BooleanSupplier commandUnderWay) {
        super(work, name);
        this.commandUnderWay = commandUnderWay;
        setDaemon(true);
    }

    @Override
    public boolean isInterrupted() {
        if (Thread.currentThread() == this) {
            giveWay();
        }
        return super.isInterrupted();
    }

    // Yielding is only a hint to the scheduler, and only a hint is wanted.
    @SuppressWarnings("ThreadPriorityCheck")
    private void giveWay() {
        for (int i = 0; i < YIELDS && commandUnderWay.getAsBoolean(); i++) {
            Thread.yield();
        }
        for (int i = 0; i < PARKS && commandUnderWay.getAsBoolean(); i++) {
            LockSupport.parkNanos(PARK_NANOS);
        }
    }
}
