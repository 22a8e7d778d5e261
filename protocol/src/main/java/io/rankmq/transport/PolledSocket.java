// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.channels.SelectionKey;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import zmq.Msg;
import zmq.ZError;

/**
 * A socket that the loop looks after. {@code ready} means that a message may be there: the descriptor said so, or the socket was used, which
 * may have swallowed what the descriptor would have said. Loop thread only.
 */
final class PolledSocket {

    private final SocketPoller poller;
    private final ZMQ.Socket socket;
    private final SelectionKey key;
    private final Predicate<PolledSocket> drain;
    private boolean ready = true;
    private boolean closed;

    /** Adds the socket to the poller; {@code drain} takes messages up to a bound and says whether there may be more. */
    PolledSocket(SocketPoller poller, ZMQ.Socket socket, Predicate<PolledSocket> drain) {
        this.poller = poller;
        this.socket = socket;
        this.drain = drain;
        this.key = poller.add(this, socket.getFD());
    }

    void markReady() {
        ready = !closed;
    }

    boolean isReady() {
        return ready;
    }

    boolean isClosed() {
        return closed;
    }

    /** Hands over some of what has arrived; true if there may be more. */
    boolean drain() {
        if (!ready || closed) {
            return false;
        }
        ready = false;
        boolean more = drain.test(this);
        // What was called may have closed this socket, or used it.
        ready = !closed && (ready || more);
        return ready;
    }

    /** The next part of a message, or null if there is none now. */
    @Nullable
    Msg receive() {
        if (closed) {
            return null;
        }
        poller.beginTelling();
        try {
            Msg part = socket.base().recv(zmq.ZMQ.ZMQ_DONTWAIT);
            if (part != null) {
                poller.received();
            }
            return part;
        } finally {
            poller.endTelling();
        }
    }

    /** Does what {@link #receive} does besides receiving, for sockets that cannot: else the descriptor stays readable for ever. */
    void processCommands() {
        if (!closed) {
            poller.beginTelling();
            try {
                socket.getEvents();
            } finally {
                poller.endTelling();
            }
        }
    }

    /** Sends a part without blocking; false if it cannot be queued. */
    boolean send(Msg part, boolean more) {
        if (closed) {
            throw new IllegalStateException("the socket is closed");
        }
        ready = true;
        int flags = more ? zmq.ZMQ.ZMQ_DONTWAIT | zmq.ZMQ.ZMQ_SNDMORE : zmq.ZMQ.ZMQ_DONTWAIT;
        poller.beginTelling();
        try {
            if (socket.base().send(part, flags)) {
                return true;
            }
        } finally {
            poller.endTelling();
        }
        int errno = socket.base().errno();
        if (errno == ZError.EAGAIN || errno == ZError.EHOSTUNREACH) {
            return false;
        }
        throw new IllegalStateException("sending failed: " + ZError.toString(errno));
    }

    void close() {
        if (!closed) {
            closed = true;
            ready = false;
            key.cancel();
            poller.remove(this);
            socket.close();
        }
    }
}
