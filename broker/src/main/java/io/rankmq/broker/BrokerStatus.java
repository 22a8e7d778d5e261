// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The state of a broker as JSON (docs/broker.md). Loop thread only. */
final class BrokerStatus {
    private BrokerStatus() {}

    /** All of it, or what one parent may know. */
    static String of(BrokerServer server, @Nullable ParentState only) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("boot", server.boot());
        json.put("ready", server.isReady());
        json.put("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(server.uptimeNanos()));
        if (only == null) {
            json.put("rejected_messages", server.rejected());
            json.put("refused_handshakes", server.refusedHandshakes());
            json.put("expired_sessions", server.expired());
        }
        ArrayNode parents = json.putArray("parents");
        for (ParentState parent : server.parents()) {
            if (only == null || only == parent) {
                add(parents.addObject(), parent, server.now());
            }
        }
        return json.toString();
    }

    private static void add(ObjectNode json, ParentState parent, long now) {
        json.put("name", parent.key().name());
        json.put("operator", parent.key().operator());
        ArrayNode sessions = json.putArray("sessions");
        long underway = 0;
        long dropped = 0;
        for (LinkClient client : parent.clients.values()) {
            underway += client.underway();
            dropped += client.droppedSoFar();
            client.sessions.values().forEach(session -> add(sessions.addObject(), session, client, now));
        }
        json.put("processes", parent.clients.size());
        json.put("underway_bytes", underway);
        json.put("dropped_messages", dropped);
    }

    private static void add(ObjectNode node, HeldSession session, LinkClient client, long now) {
        node.put("parent_silent_millis", millis(now - client.heardAt));
        node.put("session", session.id.session());
        node.put("incarnation", session.id.incarnation());
        SessionTraffic traffic = session.port.traffic();
        node.put("broadcasts", traffic.broadcasts());
        node.put("unicasts", traffic.unicasts());
        node.put("unsent", traffic.unsent());
        node.put("control", traffic.control());
        node.put("events", traffic.events());
        ArrayNode ranks = node.putArray("ranks");
        for (int rank : session.keys.keySet()) {
            Long heard = session.heardAt.get(rank);
            ObjectNode entry = ranks.addObject().put("rank", rank);
            entry.put("state", heard == null ? "absent" : "connected");
            if (heard != null) {
                entry.put("silent_millis", millis(now - heard));
            }
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
