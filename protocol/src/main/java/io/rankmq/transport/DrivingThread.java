// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import org.jspecify.annotations.Nullable;

/**
 * A thread that does its own work and, while it waits for more, runs an {@link EventLoop}; see {@link EventLoop#drive}. A thread that is
 * interrupted while it uses a socket breaks it, so interruptions that come while this one runs the loop are dropped: they are meant for the work,
 * which is over.
 */
public final class DrivingThread extends Thread {

    private final Object lock = new Object();
    private boolean deaf;

    /** A daemon with this work and name. */
    public DrivingThread(Runnable work, String name) {
        super(work, name);
        setDaemon(true);
    }

    /** Interrupts the work of this thread, if it works. */
    @Override
    public void interrupt() {
        synchronized (lock) {
            if (!deaf) {
                super.interrupt();
            }
        }
    }

    /** The calling thread, or null if it is of another kind. */
    static @Nullable DrivingThread current() {
        return Thread.currentThread() instanceof DrivingThread me ? me : null;
    }

    /** Drops interruptions, also one that the work left behind. The thread itself. */
    void ignoreInterrupts() {
        synchronized (lock) {
            deaf = true;
            boolean unused = Thread.interrupted();
        }
    }

    /** The thread itself. */
    void heedInterrupts() {
        synchronized (lock) {
            deaf = false;
        }
    }
}
