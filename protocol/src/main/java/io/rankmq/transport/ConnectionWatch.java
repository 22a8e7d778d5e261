// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import io.rankmq.security.CurveKeyPair;
import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * Finds connections that JeroMQ forgot. When a TCP connect completes, JeroMQ's I/O thread takes the channel out of its poller and puts it in
 * again for the connection proper. If both fall into one round of the poller, which they do when another command for the I/O thread
 * arrives at that moment, the second registration is lost, and neither side hears anything until the handshake times out; on two cores this
 * hit one connection in sixteen. Any later change to the poller makes up for it. So a channel that is open but registered nowhere is
 * repaired by binding a socket that is closed again at once. Loop thread only.
 */
final class ConnectionWatch {

    /** In place of a time: nothing is to be checked. */
    static final long NEVER = Long.MAX_VALUE;

    /** When a fresh connection is looked at, in nanoseconds after it was made: soon, and again in case the I/O thread was slow. */
    private static final long[] CHECKS = {1_000_000, 5_000_000, 25_000_000, 125_000_000, 625_000_000};

    private final ZContext context;
    private final List<Fresh> fresh = new ArrayList<>();
    private @Nullable CurveKeyPair keys;
    private long repairs;

    ConnectionWatch(ZContext context) {
        this.context = context;
    }

    /** A connection was made at this time of {@link System#nanoTime}. */
    void connected(SelectableChannel channel, long nowNanos) {
        fresh.add(new Fresh(channel, nowNanos));
    }

    /** How long until the next check, in nanoseconds, or {@link #NEVER}. */
    long nanosToNextCheck(long nowNanos) {
        long next = NEVER;
        for (int i = 0; i < fresh.size(); i++) {
            next = Math.min(next, Math.max(0, fresh.get(i).dueAt() - nowNanos));
        }
        return next;
    }

    /** Checks what is due. */
    void check(long nowNanos) {
        boolean forgotten = false;
        for (Iterator<Fresh> all = fresh.iterator(); all.hasNext(); ) {
            Fresh next = all.next();
            if (next.dueAt() - nowNanos <= 0) {
                forgotten |= next.channel.isOpen() && !next.channel.isRegistered();
                if (++next.check == CHECKS.length || !next.channel.isOpen()) {
                    all.remove();
                }
            }
        }
        if (forgotten) {
            repairs++;
            stirPoller();
        }
    }

    /** How often a forgotten connection was found. */
    long repairs() {
        return repairs;
    }

    /** Makes the I/O thread register anew whatever is not registered. */
    private void stirPoller() {
        if (keys == null) {
            keys = CurveKeyPair.generate();
        }
        try (ZMQ.Socket socket = context.createSocket(SocketType.PULL)) {
            socket.setLinger(0);
            socket.setAffinity(SocketOptions.FIRST_IO_THREAD);
            socket.setCurveServer(true);
            socket.setCurvePublicKey(keys.publicKey().getBytes(StandardCharsets.US_ASCII));
            socket.setCurveSecretKey(keys.secretKey().getBytes(StandardCharsets.US_ASCII));
            socket.bind("tcp://127.0.0.1:*");
        }
    }

    private static final class Fresh {
        final SelectableChannel channel;
        final long madeAt;
        int check;

        Fresh(SelectableChannel channel, long madeAt) {
            this.channel = channel;
            this.madeAt = madeAt;
        }

        long dueAt() {
            return madeAt + CHECKS[check];
        }
    }
}
