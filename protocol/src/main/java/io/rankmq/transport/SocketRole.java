// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import org.zeromq.SocketType;

/**
 * What a socket is for. The role decides every option that keeps the rules of docs/jeromq.md.
 */
public enum SocketRole {
    /** Broker's end of control: joins, reports and acknowledgements of the ranks; sends to one rank by its identity. */
    CONTROL_SERVER(SocketType.ROUTER, true, WireSocket.MAX_FRAME),
    /** Broker's end of events. */
    EVENT_SERVER(SocketType.PULL, true, WireSocket.MAX_FRAME),
    /** Broker's end of commands, one a session; what a subscriber sends to it is read and thrown away. */
    COMMAND_SERVER(SocketType.XPUB, true, WireSocket.MAX_SUBSCRIPTION),
    /** A rank's end of control. */
    CONTROL_CLIENT(SocketType.DEALER, false, WireSocket.MAX_FRAME),
    /** A rank's end of events. */
    EVENT_CLIENT(SocketType.PUSH, false, WireSocket.MAX_FRAME),
    /** A rank's end of commands, subscribed to everything. */
    COMMAND_CLIENT(SocketType.SUB, false, WireSocket.MAX_FRAME),
    /** Broker's end of the parents' requests and of what ranks send to them; sends to one parent by its identity. */
    LINK_SERVER(SocketType.ROUTER, true, WireSocket.MAX_FRAME),
    /** A parent's end of the same. */
    LINK_CLIENT(SocketType.DEALER, false, WireSocket.MAX_FRAME),
    /** Broker's end of what parents broadcast, subscribed to everything. */
    BROADCAST_SERVER(SocketType.SUB, true, WireSocket.MAX_FRAME),
    /** A parent's end of the same. */
    BROADCAST_CLIENT(SocketType.PUB, false, WireSocket.MAX_FRAME);

    final SocketType type;
    final boolean binds;
    final long maxFrame;

    SocketRole(SocketType type, boolean binds, long maxFrame) {
        this.type = type;
        this.binds = binds;
        this.maxFrame = maxFrame;
    }

    /** Whether messages are addressed: by the peer's identity. */
    boolean routes() {
        return type == SocketType.ROUTER;
    }

    /** Whether this socket only sends as far as the protocol goes, so that whatever comes in is discarded. */
    boolean discardsInput() {
        return type == SocketType.XPUB;
    }

    /** Whether messages come in at all. */
    boolean receives() {
        return type != SocketType.PUSH && type != SocketType.PUB;
    }

    /** Whether messages of peers carry an identity that must be checked. */
    boolean identifiesPeers() {
        return binds && !discardsInput();
    }
}
