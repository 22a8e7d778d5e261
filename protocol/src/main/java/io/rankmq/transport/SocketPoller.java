// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for a loop's sockets and lets those that may have messages hand them over. Loop thread only.
 *
 * <p>It sleeps in a selector on the sockets' own descriptors, so that a message needs no second look at all the other sockets. JeroMQ's
 * descriptor is edge-triggered: any use of a socket, sending included, may swallow the edge, so a socket that was used is looked at
 * again before the loop sleeps. And its writer makes the descriptor readable a moment before the reader can consume the signal. A reader that
 * comes in between, which on a busy machine has just pushed the writer off its core, would find nothing to do and spin until the scheduler lets
 * the writer on again, some milliseconds later; so a fruitless wake-up soon gives way.
 */
final class SocketPoller {

    private static final int SPINS = 2;

    /** A yield would be shorter, but the scheduler may choose the same thread again. */
    private static final long GIVE_WAY_NANOS = 20_000;

    private final Selector selector;
    private final List<PolledSocket> sockets = new ArrayList<>();
    private volatile boolean telling;
    private boolean signalled;
    private boolean received;
    private int fruitless;

    SocketPoller() {
        try {
            this.selector = Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException("the system gives out no more file descriptors", e);
        }
    }

    /** For {@link Selector#wakeup}, which any thread may call. */
    Selector selector() {
        return selector;
    }

    SelectionKey add(PolledSocket socket, SelectableChannel descriptor) {
        try {
            SelectionKey key = descriptor.register(selector, SelectionKey.OP_READ, socket);
            sockets.add(socket);
            return key;
        } catch (ClosedChannelException e) {
            throw new UncheckedIOException("a new socket is closed", e);
        }
    }

    void remove(PolledSocket socket) {
        sockets.remove(socket);
    }

    /** A socket is used from now on, which may tell the I/O thread something. */
    void beginTelling() {
        telling = true;
    }

    void endTelling() {
        telling = false;
    }

    /** Whether the I/O thread may be about to be told something. Any thread. */
    boolean isTelling() {
        return telling;
    }

    /** A socket has received something. */
    void received() {
        received = true;
    }

    /** Lets each socket that may have messages hand over some; true if one may have more. */
    boolean drain() {
        received = false;
        boolean more = false;
        // By index: a handler may open or close sockets.
        for (int i = 0; i < sockets.size(); i++) {
            more |= sockets.get(i).drain();
        }
        if (signalled && !received) {
            giveWay();
        } else {
            fruitless = 0;
        }
        signalled = false;
        return more;
    }

    /** Whether a socket was used since it was last looked at. */
    boolean isAnyReady() {
        for (int i = 0; i < sockets.size(); i++) {
            if (sockets.get(i).isReady()) {
                return true;
            }
        }
        return false;
    }

    /** Waits for a signal or a wake-up; 0 only looks. */
    void await(long millis) throws IOException {
        if (millis > 0) {
            selector.select(this::markReady, millis);
        } else {
            selector.selectNow(this::markReady);
        }
    }

    /** Closes all sockets and stops polling. */
    void close() throws IOException {
        for (PolledSocket socket : List.copyOf(sockets)) {
            socket.close();
        }
        selector.close();
    }

    private void markReady(SelectionKey key) {
        signalled = true;
        ((PolledSocket) key.attachment()).markReady();
    }

    private void giveWay() {
        if (++fruitless > SPINS) {
            LockSupport.parkNanos(GIVE_WAY_NANOS);
        } else {
            Thread.onSpinWait();
        }
    }
}
