// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.KeyRegistry;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which sessions there are, whom a message from an authenticated peer belongs to, and how a rank is addressed. It holds no sockets, threads or
 * clocks, so that the embedded broker and one in a process of its own decide alike. Its state is what parents register and can register
 * again. Not safe for several threads.
 */
public final class BrokerCore {

    /** One incarnation of a session. */
    public record SessionId(String session, int incarnation) {

        @Override
        public String toString() {
            return session + "/" + incarnation;
        }
    }

    /** An authenticated sender. */
    public record Sender(SessionId session, int rank) {}

    /** A process that claims a rank, by the number of its connection. */
    public record Claimant(SessionId session, String connection) {}

    /** The channels on which ranks send. */
    public enum Channel {
        CONTROL,
        EVENTS
    }

    /** Begins the identity that all processes with the join key of a session share. */
    private static final String JOIN = KeyRegistry.SHARED + "join/";

    private static final long CLAIM_BYTES = 4096;
    private static final int CLAIMS = 64;
    private static final int CLAIMS_PER_RANK = 4;
    private static final long SECOND = 1_000_000_000L;

    private final BrokerLimits limits;
    private final Map<SessionId, Entry> sessions = new HashMap<>();
    private final Map<String, Sender> senders = new HashMap<>();
    private final Map<String, SessionId> joins = new HashMap<>();
    private long foreign;

    /** A broker without sessions. */
    public BrokerCore(BrokerLimits limits) {
        this.limits = limits;
    }

    /**
     * Adds a session.
     *
     * @return the identity of each public key
     * @throws BrokerException if it is there already or beyond the limits
     */
    public Map<String, String> register(SessionRegistration registration) {
        SessionId id = idOf(registration);
        if (sessions.containsKey(id)) {
            throw new BrokerException("session " + id + " is open already; use another name or the next incarnation");
        }
        if (sessions.size() >= limits.sessions()) {
            throw new BrokerException(
                    "this broker serves " + limits.sessions() + " sessions already, which is its limit");
        }
        if (registration.publicKeys().size() > limits.ranks()) {
            throw new BrokerException("session " + id + " has "
                    + registration.publicKeys().size() + " ranks; this broker's limit is " + limits.ranks());
        }
        Entry entry = new Entry();
        Map<String, String> identities = new LinkedHashMap<>();
        registration.publicKeys().forEach((rank, key) -> {
            String identity = id + "/" + rank;
            entry.identities.put(rank, identity);
            identities.put(key, identity);
            senders.put(identity, new Sender(id, rank));
        });
        if (registration.joinKey() != null) {
            joins.put(joinIdentity(id), id);
        }
        sessions.put(id, entry);
        return identities;
    }

    /** Removes a session; what its ranks still send is foreign from now on. */
    public void unregister(SessionId id) {
        Entry entry = sessions.remove(id);
        joins.remove(joinIdentity(id));
        if (entry != null) {
            senders.keySet().removeAll(entry.identities.values());
        }
    }

    /** The session that a registration is for. */
    public static SessionId idOf(SessionRegistration registration) {
        return new SessionId(registration.session(), registration.incarnation());
    }

    /** Whom a message belongs to, or null if its sender is of no open session: then it is to be dropped. */
    public @Nullable Sender senderOf(Channel channel, String identity) {
        Sender sender = senders.get(identity);
        Entry entry = sender == null ? null : sessions.get(sender.session());
        if (entry == null) {
            foreign++;
            return null;
        }
        if (channel == Channel.CONTROL) {
            entry.control++;
        } else {
            entry.events++;
        }
        return sender;
    }

    /** The identity of the join key of a session. */
    static String joinIdentity(SessionId id) {
        return JOIN + id;
    }

    /** Whether a peer has a join key. */
    static boolean isClaimant(String peer) {
        return peer.startsWith(JOIN);
    }

    /**
     * Whom a message of a peer with a join key belongs to, or null if it is to be dropped: its session is not open, it is no claim by its size, or
     * too many came in this second. So a flood costs neither the parent nor the other ranks anything.
     *
     * @param now nanos of a monotonic source
     */
    public @Nullable Claimant claimantOf(String peer, int frames, long bytes, long now) {
        int connection = peer.lastIndexOf(KeyRegistry.CONNECTION);
        SessionId id = joins.get(peer.substring(0, Math.max(0, connection)));
        Entry entry = id == null ? null : sessions.get(id);
        if (id == null || entry == null) {
            foreign++;
            return null;
        }
        if (now - entry.claimsSince >= SECOND) {
            entry.claimsSince = now;
            entry.claims = 0;
        }
        entry.claims++;
        if (frames != 1
                || bytes > CLAIM_BYTES
                || entry.claims > CLAIMS + (long) CLAIMS_PER_RANK * entry.identities.size()) {
            foreign++;
            return null;
        }
        entry.control++;
        return new Claimant(id, peer.substring(connection + 1));
    }

    /**
     * The identity by which a rank is addressed.
     *
     * @throws IllegalArgumentException if the session has no such rank
     */
    public String identityOf(SessionId id, int rank) {
        String identity = entry(id).identities.get(rank);
        if (identity == null) {
            throw new IllegalArgumentException("session " + id + " has no rank " + rank);
        }
        return identity;
    }

    /** The identities of all ranks of a session; none if it is not open. */
    Collection<String> identitiesOf(SessionId id) {
        Entry entry = sessions.get(id);
        return entry == null ? List.of() : entry.identities.values();
    }

    /** Counts a message to all ranks. */
    public void broadcast(SessionId id, boolean sent) {
        if (sent) {
            entry(id).broadcasts++;
        } else {
            entry(id).unsent++;
        }
    }

    /** Counts a message to one rank. */
    public void unicast(SessionId id, boolean sent) {
        if (sent) {
            entry(id).unicasts++;
        } else {
            entry(id).unsent++;
        }
    }

    /** What went through a session so far. */
    public SessionTraffic trafficOf(SessionId id) {
        Entry entry = entry(id);
        return new SessionTraffic(entry.control, entry.events, entry.broadcasts, entry.unicasts, entry.unsent);
    }

    /** Messages that were dropped because their sender is of no open session, or claims too much. */
    public long foreign() {
        return foreign;
    }

    private Entry entry(SessionId id) {
        Entry entry = sessions.get(id);
        if (entry == null) {
            throw new IllegalStateException("session " + id + " is closed");
        }
        return entry;
    }

    private static final class Entry {
        final Map<Integer, String> identities = new HashMap<>();
        long control;
        long events;
        long broadcasts;
        long unicasts;
        long unsent;
        long claims;
        long claimsSince;
    }
}
