// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.EventLoop;
import java.nio.ByteBuffer;
import java.util.List;

/** A parent's access to the data sockets of its ranks (docs/protocol.md, section 12.3), with a loop of its own, so that commands never wait for data. */
public interface DataPort extends AutoCloseable {

    /** Who hears what the ranks send. Loop thread. */
    interface Listener {
        /** A message of a rank; the frames may be kept. */
        void onData(int rank, List<ByteBuffer> frames);
    }

    /** Where the ranks' data sockets connect to, {@code tcp://address:port}. */
    String endpoint();

    /** The public key (Z85) by which ranks know it. */
    String serverKey();

    /** The loop that owns the sockets. */
    EventLoop loop();

    /** Sends to a rank; false if nothing was sent. Loop thread only. */
    boolean send(int rank, List<ByteBuffer> frames);

    /** Makes a connection anew, where there is one to make. Loop thread only. */
    void rebuild();

    /** Ends the port with its loop. Any thread. */
    @Override
    void close();
}
