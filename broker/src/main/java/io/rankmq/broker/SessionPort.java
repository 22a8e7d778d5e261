// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * A parent's access to the ranks of one session, the same whether the broker is embedded or a process of its own. All methods belong to the
 * loop thread. Sending never blocks and never copies: the frames' bytes must not change afterwards. Neither way of sending is
 * a promise of delivery; the streams of docs/protocol.md, section 4, make it one.
 */
public interface SessionPort extends AutoCloseable {

    /** Where the ranks' SUB sockets connect to, {@code tcp://address:port}. */
    String commandsEndpoint();

    /** Where the ranks' DEALER sockets connect to. */
    String controlEndpoint();

    /** Where the ranks' PUSH sockets connect to. */
    String eventsEndpoint();

    /** The public key (Z85) by which ranks know that they talk to the right broker. */
    String serverKey();

    /** Sends to all ranks that are subscribed at this moment. */
    void broadcast(List<ByteBuffer> frames);

    /**
     * Sends to one rank.
     *
     * @return false if nothing was sent: the rank is not connected, or does not read and its queue is full
     * @throws IllegalArgumentException if the session has no such rank
     */
    boolean send(int rank, List<ByteBuffer> frames);

    /**
     * Sends to a process that claims a rank.
     *
     * @param claimant its connection, as {@link SessionListener#onClaim} told
     * @return false if nothing was sent: it is not connected any more, or does not read
     */
    boolean sendToClaimant(String claimant, List<ByteBuffer> frames);

    /**
     * For how many nanoseconds the silence of a rank has said something about the rank. It says nothing while the broker is out of reach, or while
     * a large report is arriving, behind which a heartbeat has to wait.
     */
    default long reachableNanos() {
        return Long.MAX_VALUE;
    }

    /** For how many nanoseconds events were not read so far, because they came faster than they may. */
    default long eventsHeldNanos() {
        return 0;
    }

    /** The same for control. */
    default long controlHeldNanos() {
        return 0;
    }

    /** What went through this port so far. */
    SessionTraffic traffic();

    /** Ends the session: its keys are not admitted any more, what was sent still goes out. Idempotent. */
    @Override
    void close();
}
