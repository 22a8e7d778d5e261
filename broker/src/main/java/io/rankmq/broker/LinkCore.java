// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.WireError;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The parents' side of a broker in a process of its own (docs/protocol.md, section 11): who they are, which sessions are whose, what may pass to
 * and from them. A parent touches nothing but its own sessions. No socket, thread or clock: it is given messages and the time, and calls its
 * {@link LinkEffects}. It keeps nothing that parents do not say again. Loop thread only.
 */
final class LinkCore {
    /** A process without sessions that says nothing is forgotten sooner than one with. */
    private static final long IDLE_LEASE_NANOS = 5_000_000_000L;

    private final LinkLimits limits;
    private final Tickets tickets;
    private final String boot;
    private final LongSupplier random;
    private final long acceptsNewAt;
    private final LinkEffects effects;
    private final Map<String, ParentState> parents = new HashMap<>();
    private final Map<String, LinkClient> byPeer = new HashMap<>();
    private final Map<SessionId, HeldSession> sessions = new HashMap<>();
    private final Tally underway = new Tally(null);
    private long refused;
    private long expired;

    /**
     * A broker that admits nobody yet.
     *
     * @param boot what tells this start of the broker from others
     * @param random numbers that cannot be guessed
     * @param acceptsNewAt when sessions are taken that were not open before the broker's start
     */
    LinkCore(
            LinkLimits limits,
            Tickets tickets,
            String boot,
            LongSupplier random,
            long acceptsNewAt,
            LinkEffects effects) {
        this.limits = limits;
        this.tickets = tickets;
        this.boot = boot;
        this.random = random;
        this.acceptsNewAt = acceptsNewAt;
        this.effects = effects;
    }

    /** Says who is admitted from now on, by identity; the sessions of a parent that is not any more are ended. */
    void allow(Map<String, ParentKey> wanted) {
        for (ParentState parent : List.copyOf(parents.values())) {
            ParentKey key = wanted.get(parent.identity);
            if (key == null) {
                remove(parent);
            } else {
                parent.key(key);
            }
        }
        wanted.forEach((identity, key) -> {
            if (!parents.containsKey(identity)) {
                effects.admit(identity, key);
                parents.put(identity, new ParentState(identity, key, underway));
            }
        });
    }

    private void remove(ParentState parent) {
        int open = parent.sessions();
        WireError why = WireError.of(ErrorCode.FORBIDDEN, "the operator has withdrawn the key of this parent");
        for (LinkClient client : List.copyOf(parent.clients.values())) {
            for (SessionId id : client.sessions.keySet()) {
                answer(client, new LinkMessage.Refused(id.session(), id.incarnation(), why));
            }
            forget(client, "key withdrawn");
        }
        parents.remove(parent.identity);
        effects.withdraw(parent.identity, parent.key(), open);
    }

    /** Forgets who was silent for too long. */
    void onTick(long now) {
        long lease = limits.parentLease().toNanos();
        for (LinkClient client : List.copyOf(byPeer.values())) {
            long silent = now - client.heardAt;
            if (silent > lease || (client.sessions.isEmpty() && silent > IDLE_LEASE_NANOS)) {
                expired += client.sessions.size();
                forget(client, "parent silent");
            }
        }
    }

    // ---- what parents say ----

    /** A message of a parent's connection, which its key entitles to that identity. */
    void onLink(String identity, String peer, LinkMessage message, List<ByteBuffer> payload, long now) {
        ParentState parent = parents.get(identity);
        if (parent == null) {
            refuse(nameOf(identity), "it says something");
        } else if (message instanceof LinkMessage.Ping ping) {
            ping(parent, ping.client(), peer, now);
        } else {
            LinkClient client = byPeer.get(peer);
            if (client == null) {
                // Its process has not said yet which it is: it is expected to say it first.
                refuse(parent.name(), "a message before PING");
            } else {
                client.heardAt = now;
                onMessage(client, message, payload, now);
            }
        }
    }

    private void onMessage(LinkClient client, LinkMessage message, List<ByteBuffer> payload, long now) {
        if (message instanceof LinkMessage.ToRank to) {
            toRank(client, to, payload);
        } else if (message instanceof LinkMessage.ToClaimant to) {
            toClaimant(client, to, payload);
        } else if (message instanceof LinkMessage.Taken taken) {
            if (!client.taken(taken.mark())) {
                refuse(client.parent.name(), "a mark that it was not given");
            }
        } else if (message instanceof LinkMessage.Open open) {
            open(client, open, now);
        } else if (message instanceof LinkMessage.CloseSession over) {
            HeldSession session = client.sessions.get(new SessionId(over.session(), over.incarnation()));
            if (session != null) {
                close(session, "closed by its parent");
            }
        } else if (message instanceof LinkMessage.AskStatus) {
            String json = status(client.parent.key().operator() ? null : client.parent, now);
            answer(client, new LinkMessage.Status(json));
        } else {
            refuse(client.parent.name(), "what only a broker says");
        }
    }

    private void ping(ParentState parent, String name, String peer, long now) {
        LinkClient client = parent.clients.get(name);
        LinkClient before = byPeer.get(peer);
        if (before != null && before != client) {
            refuse(parent.name(), "a connection with two names");
            return;
        }
        if (client == null) {
            if (parent.clients.size() >= limits.processesPerParent()) {
                refuse(parent.name(), "more than " + limits.processesPerParent() + " processes at a time");
                return;
            }
            client = new LinkClient(parent, name, peer);
            parent.clients.put(name, client);
            byPeer.put(peer, client);
        } else if (!peer.equals(client.peer())) {
            byPeer.remove(client.peer());
            byPeer.put(peer, client);
            client.moved(peer);
        }
        client.heardAt = now;
        answer(client, new LinkMessage.Pong(boot));
        if (client.hasUnmarked()) {
            mark(client);
        }
    }

    /** What a parent says to all ranks of a session. */
    void onBroadcast(String identity, LinkMessage message, List<ByteBuffer> payload) {
        ParentState parent = parents.get(identity);
        if (parent == null) {
            refuse(nameOf(identity), "it broadcasts");
        } else if (!(message instanceof LinkMessage.ToAll to) || payload.isEmpty()) {
            refuse(parent.name(), "a broadcast that is none");
        } else {
            SessionId id = new SessionId(to.session(), to.incarnation());
            HeldSession session = sessions.get(id);
            if (session == null) {
                // Its own, which was closed just now or was open before the broker's start: nobody's fault.
                refused++;
            } else if (session.client.parent != parent) {
                refuse(parent.name(), "a broadcast to " + id + ", which it has not open");
            } else {
                session.broadcast(payload);
            }
        }
    }

    private void toRank(LinkClient client, LinkMessage.ToRank to, List<ByteBuffer> frames) {
        SessionId id = new SessionId(to.session(), to.incarnation());
        HeldSession session = client.sessions.get(id);
        if (session == null) {
            if (sessions.containsKey(id)) {
                refuse(client.parent.name(), "a message to a rank of " + id + ", which it has not open");
            } else {
                refused++;
            }
            answer(client, new LinkMessage.Unknown(to.session(), to.incarnation()));
        } else if (session.keys.containsKey(to.rank()) && !frames.isEmpty()) {
            session.port.send(to.rank(), frames);
        } else {
            refuse(client.parent.name(), "a message to rank " + to.rank() + " of " + id + ", which is none");
        }
    }

    private void toClaimant(LinkClient client, LinkMessage.ToClaimant to, List<ByteBuffer> frames) {
        SessionId id = new SessionId(to.session(), to.incarnation());
        HeldSession session = client.sessions.get(id);
        if (session == null || frames.isEmpty()) {
            refuse(client.parent.name(), "a message to who claims a rank of " + id + ", which it has not open");
        } else {
            session.port.sendToClaimant(to.claimant(), frames);
        }
    }

    private void open(LinkClient client, LinkMessage.Open open, long now) {
        SessionId id = new SessionId(open.session(), open.incarnation());
        HeldSession held = client.sessions.get(id);
        if (held == null && open.ticket().isEmpty() && now - acceptsNewAt < 0) {
            // Those who had sessions come first; the parent asks again each second.
            return;
        }
        WireError objection = held != null && !held.isAs(open)
                ? WireError.of(ErrorCode.FORBIDDEN, "session " + id + " is open with other keys")
                : null;
        if (held == null) {
            objection = OpenRules.objection(client.parent, open, sessions.containsKey(id), limits, tickets);
            if (objection == null) {
                objection = take(client, open, id);
            }
        }
        held = client.sessions.get(id);
        if (objection != null || held == null) {
            WireError why = objection == null ? WireError.of(ErrorCode.INTERNAL, "it did not open") : objection;
            refuse(client.parent.name(), "session " + id + ": " + why.message());
            answer(client, new LinkMessage.Refused(open.session(), open.incarnation(), why));
        } else {
            answer(client, opened(held));
        }
    }

    private LinkMessage.Opened opened(HeldSession held) {
        String commands = held.port.commandsEndpoint();
        int port = Integer.parseInt(commands.substring(commands.lastIndexOf(':') + 1));
        return new LinkMessage.Opened(
                LinkCodec.VERSION,
                held.id.session(),
                held.id.incarnation(),
                commands,
                held.port.controlEndpoint(),
                held.port.eventsEndpoint(),
                tickets.of(held.client.parent.key(), held.id, port));
    }

    private @Nullable WireError take(LinkClient client, LinkMessage.Open open, SessionId id) {
        try {
            SessionRegistration registration =
                    new SessionRegistration(open.session(), open.incarnation(), open.keys(), open.joinKey());
            HeldSession held = new HeldSession(id, client, open, effects.open(registration, open.port()));
            client.sessions.put(id, held);
            sessions.put(id, held);
            effects.opened(held);
            return null;
        } catch (BrokerException e) {
            return WireError.of(ErrorCode.LIMIT_EXCEEDED, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return WireError.of(ErrorCode.INVALID_VALUE, String.valueOf(e.getMessage()));
        }
    }

    // ---- what ranks say ----

    /** Passes on what a rank says, if its parent takes it; it is dropped otherwise, and the rank sends it again. */
    void fromRank(SessionId id, int rank, boolean event, List<ByteBuffer> frames, long now) {
        HeldSession session = sessions.get(id);
        if (session != null) {
            session.heard(rank, event, frames, now);
            pass(session, new LinkMessage.FromRank(id.session(), id.incarnation(), rank, event), frames);
        }
    }

    /** Events of a session, or else its control, come faster than they are read. */
    void held(SessionId id, boolean events) {
        HeldSession session = sessions.get(id);
        if (session != null) {
            effects.heldBack(session, events);
        }
    }

    /** The same for a process that claims a rank. */
    void fromClaimant(SessionId id, String claimant, List<ByteBuffer> frames) {
        HeldSession session = sessions.get(id);
        if (session != null) {
            pass(session, new LinkMessage.FromClaimant(id.session(), id.incarnation(), claimant), frames);
        }
    }

    private void pass(HeldSession session, LinkMessage header, List<ByteBuffer> frames) {
        long bytes = 0;
        for (ByteBuffer frame : frames) {
            bytes += frame.remaining();
        }
        long cost = UplinkBudget.cost(frames.size() + 1, bytes);
        LinkClient client = session.client;
        if (UplinkBudget.hasRoom(client, cost, underway.bytes(), limits)
                && effects.send(client.peer(), header, frames)) {
            client.sent(cost);
            if (client.wantsMark()) {
                mark(client);
            }
        } else {
            client.dropped();
            refuse(client.parent.name(), "a message of a rank of " + session.id + ": its parent does not take it");
        }
    }

    // ---- the rest ----

    /** What is going on, as JSON: all of it, or what one parent may know. */
    String status(@Nullable ParentState only, long now) {
        return BrokerStatus.of(this, effects.facts(), only, now);
    }

    private void mark(LinkClient client) {
        long mark = random.getAsLong();
        if (effects.send(client.peer(), new LinkMessage.Mark(mark), List.of())) {
            client.marked(mark);
        }
    }

    private void forget(LinkClient client, String reason) {
        List.copyOf(client.sessions.values()).forEach(session -> close(session, reason));
        client.parent.clients.remove(client.name);
        byPeer.remove(client.peer());
        client.nothingIsUnderway();
    }

    private void close(HeldSession session, String reason) {
        session.client.sessions.remove(session.id);
        sessions.remove(session.id);
        session.port.close();
        effects.closed(session, reason);
    }

    /** Answers count as what is on its way, so that nobody makes the broker queue answers without end. */
    private void answer(LinkClient client, LinkMessage message) {
        long cost = UplinkBudget.cost(
                1, message instanceof LinkMessage.Status status ? status.json().length() : 0);
        if (UplinkBudget.hasRoom(client, cost, underway.bytes(), limits)
                && effects.send(client.peer(), message, List.of())) {
            client.sent(cost);
        } else {
            client.dropped();
            refuse(client.parent.name(), "an answer, which it does not take");
        }
    }

    private void refuse(String who, String why) {
        refused++;
        effects.refused(who, why);
    }

    /** Bytes on their way to all parents. */
    long underwayBytes() {
        return underway.bytes();
    }

    /** Whose key has that identity, by name. */
    String nameOf(String identity) {
        ParentState parent = parents.get(identity);
        return parent == null ? "not admitted any more" : parent.name();
    }

    String boot() {
        return boot;
    }

    Collection<ParentState> parents() {
        return List.copyOf(parents.values());
    }

    /** What was refused or dropped so far. */
    long refused() {
        return refused;
    }

    /** Sessions whose parent was silent for too long. */
    long expired() {
        return expired;
    }
}
