// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections that JeroMQ made for one loop, so that none outlives it. JeroMQ's I/O thread tells a socket that a connection is done with, and
 * only then closes the connection. The socket may hear it, be done itself and close its mailbox before the I/O thread has rung the bell; then
 * ringing it fails, and the connection is closed by nobody. It hit one session in some four hundred. What others connect to us is not concerned:
 * there the listener is told, which lives in the I/O thread. Any thread.
 */
final class MadeConnections {
    private static final int PRUNE_FROM = 16;

    private final List<SelectableChannel> channels = new ArrayList<>();
    private int pruneAt = PRUNE_FROM;

    synchronized void add(SelectableChannel channel) {
        if (channels.size() >= pruneAt) {
            channels.removeIf(old -> !old.isOpen());
            pruneAt = Math.max(PRUNE_FROM, 2 * channels.size());
        }
        channels.add(channel);
    }

    /** Closes what is still open and says how many those were. For when JeroMQ is done with all of them. */
    synchronized int closeRest() throws IOException {
        int closed = 0;
        for (SelectableChannel channel : channels) {
            if (channel.isOpen()) {
                channel.close();
                closed++;
            }
        }
        channels.clear();
        return closed;
    }
}
