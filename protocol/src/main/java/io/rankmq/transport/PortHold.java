// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** Keeps a port for later: nobody can connect to it, nobody else can take it, and if it is taken that shows now. */
public final class PortHold implements AutoCloseable {
    private final SocketChannel channel;

    /**
     * Takes the port.
     *
     * @throws TransportException if it cannot be bound; the message says which and why
     */
    public PortHold(String address, int port) {
        try {
            channel = SocketChannel.open();
            try {
                // As a socket that listens does: what is left of the connections of a broker that was killed is no
                // obstacle.
                channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                channel.bind(new InetSocketAddress(address, port));
            } catch (IOException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new TransportException("cannot bind tcp://" + address + ":" + port + ": " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new TransportException("cannot let go of " + channel + ": " + e.getMessage());
        }
    }
}
