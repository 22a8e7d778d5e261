// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import java.util.LinkedHashMap;
import java.util.Map;

/** One process of a parent: its connection, which may change, its sessions, and how much is on its way to it. Loop thread only. */
final class LinkClient {
    final ParentState parent;
    final String name;
    final Map<SessionId, HeldSession> sessions = new LinkedHashMap<>();
    long heardAt;
    private String peer = "";
    private long sent;
    private long taken;
    private long dropped;

    LinkClient(ParentState parent, String name) {
        this.parent = parent;
        this.name = name;
    }

    /** Where to send to. */
    String peer() {
        return peer;
    }

    /** It was heard, from that connection, and has taken so many bytes in all. What went to a former connection is taken or lost. */
    void heard(String from, long bytesTaken, long now) {
        heardAt = now;
        if (!from.equals(peer)) {
            peer = from;
            sent = bytesTaken;
        }
        taken = Math.min(sent, bytesTaken);
    }

    /** Whether a message may be sent: something larger than the limit may too, if nothing else is on its way. */
    boolean hasRoom(long bytes, long limit) {
        return underway() == 0 || underway() + bytes <= limit;
    }

    void sent(long bytes) {
        sent += bytes;
    }

    void dropped() {
        dropped++;
    }

    long droppedSoFar() {
        return dropped;
    }

    long underway() {
        return sent - taken;
    }
}
