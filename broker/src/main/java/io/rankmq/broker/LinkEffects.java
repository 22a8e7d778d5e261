// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.protocol.LinkMessage;
import java.nio.ByteBuffer;
import java.util.List;

/** What a {@link LinkCore} wants done, and tells. Called on the loop thread. */
interface LinkEffects {

    /** Sends to a connection of a parent; false if it is gone, or its queue is full. */
    boolean send(String peer, LinkMessage message, List<ByteBuffer> payload);

    /**
     * Opens the ranks' side of a session; what they say goes to {@link LinkCore#fromRank}.
     *
     * @param port for their commands; 0: any that is allowed
     * @throws BrokerException if there is no room or no port for it
     * @throws IllegalArgumentException if it cannot be a session
     */
    SessionPort open(SessionRegistration registration, int port);

    /** Lets connections with this key in from now on. */
    void admit(String identity, ParentKey key);

    /** Lets no more connections with this key in. */
    void withdraw(String identity, ParentKey key, int sessions);

    /** A session was opened. */
    void opened(HeldSession session);

    /** A session was closed, whatever the reason. */
    void closed(HeldSession session, String reason);

    /** Ranks of that session send events, or else control, faster than they may, so they have to wait. */
    void heldBack(HeldSession session, boolean events);

    /** What only the owner of the sockets knows. */
    BrokerStatus.Facts facts();

    /** Something was refused or dropped, which is counted; who by name, and why in a few words. */
    void refused(String who, String why);
}
