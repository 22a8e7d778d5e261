// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The state of a broker as JSON (docs/broker.md). Loop thread only. */
final class BrokerStatus {
    /** So that a status fits into one frame; sessions beyond tell how many ranks they leave out. */
    private static final int MOST_RANKS = 4000;

    /**
     * What the owner of the sockets knows.
     *
     * @param ready whether new sessions are taken
     * @param uptimeNanos time since the start
     * @param refusedHandshakes connections whose key was not admitted
     * @param droppedUnread messages that were malformed, too large, of nobody, or of a closed session
     * @param queuedForRanks bytes that wait for ranks that do not read
     * @param admittedKeys keys of parents and ranks that are let in, counted for each port, and those of ranks once more
     */
    record Facts(
            boolean ready,
            long uptimeNanos,
            long refusedHandshakes,
            long droppedUnread,
            long queuedForRanks,
            int admittedKeys) {}

    private final long now;
    private int ranksLeft = MOST_RANKS;

    private BrokerStatus(long now) {
        this.now = now;
    }

    /** All of it, or what one parent may know. */
    static String of(LinkCore core, Facts facts, @Nullable ParentState only, long now) {
        BrokerStatus status = new BrokerStatus(now);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("boot", core.boot());
        json.put("ready", facts.ready());
        json.put("uptime_seconds", TimeUnit.NANOSECONDS.toSeconds(facts.uptimeNanos()));
        if (only == null) {
            json.put("refused_messages", core.refused());
            json.put("dropped_messages", facts.droppedUnread());
            json.put("refused_handshakes", facts.refusedHandshakes());
            json.put("expired_sessions", core.expired());
            json.put("underway_bytes", core.underwayBytes());
            json.put("queued_bytes", facts.queuedForRanks());
            json.put("admitted_keys", facts.admittedKeys());
        }
        ArrayNode parents = json.putArray("parents");
        for (ParentState parent : core.parents()) {
            if (only == null || only == parent) {
                status.add(parents.addObject(), parent);
            }
        }
        return json.toString();
    }

    private void add(ObjectNode json, ParentState parent) {
        json.put("name", parent.name());
        json.put("operator", parent.key().operator());
        json.put("processes", parent.clients.size());
        json.put("underway_bytes", parent.underway.bytes());
        json.put(
                "dropped_messages",
                parent.clients.values().stream()
                        .mapToLong(LinkClient::droppedSoFar)
                        .sum());
        ArrayNode sessions = json.putArray("sessions");
        for (LinkClient client : parent.clients.values()) {
            client.sessions.values().forEach(session -> add(sessions.addObject(), session));
        }
    }

    private void add(ObjectNode node, HeldSession session) {
        node.put("session", session.id.session());
        node.put("incarnation", session.id.incarnation());
        node.put("parent_silent_millis", millis(now - session.client.heardAt));
        node.put("newest_command", session.newestCommand());
        SessionTraffic traffic = session.port.traffic();
        node.put("broadcasts", traffic.broadcasts());
        node.put("unicasts", traffic.unicasts());
        node.put("unsent", traffic.unsent());
        node.put("control", traffic.control());
        node.put("events", traffic.events());
        node.put("events_held_millis", millis(session.port.eventsHeldNanos()));
        node.put("control_held_millis", millis(session.port.controlHeldNanos()));
        ArrayNode ranks = node.putArray("ranks");
        for (int rank : session.keys.keySet()) {
            if (ranksLeft-- > 0) {
                add(ranks.addObject().put("rank", rank), session, session.rank(rank));
            }
        }
        if (ranks.size() < session.keys.size()) {
            node.put("ranks_left_out", session.keys.size() - ranks.size());
        }
    }

    private void add(ObjectNode node, HeldSession session, @Nullable RankView rank) {
        if (rank == null) {
            node.put("state", "absent");
            return;
        }
        node.put("state", rank.state(now));
        node.put("silent_millis", millis(rank.silentNanos(now)));
        if (rank.applied() >= 0) {
            node.put("lag", Math.max(0, session.newestCommand() - rank.applied()));
        }
    }

    private static long millis(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanos);
    }
}
