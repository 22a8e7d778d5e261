// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.security.CurveKeyPair;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A {@link LinkCore} with a clock that the test moves and parents that are lists. */
final class LinkFixture implements LinkEffects {
    static final LinkLimits LIMITS = new LinkLimits(2, 3, 1000_000, 10_000_000, Duration.ofSeconds(30));
    static final long SECOND = 1_000_000_000L;
    static final String ALICE = "*parent/alice";
    static final String BOB = "*parent/bob";
    static final ParentKey ALICES =
            new ParentKey("alice", CurveKeyPair.generate().publicKey(), false);
    static final ParentKey BOBS = new ParentKey("bob", CurveKeyPair.generate().publicKey(), true);

    record Sent(String peer, LinkMessage message) {}

    final List<Sent> sent = new ArrayList<>();
    final List<String> told = new ArrayList<>();
    final Map<SessionId, Port> ports = new HashMap<>();
    final Set<String> deaf = new HashSet<>();
    final Tickets tickets = new Tickets("a secret");
    final LinkCore core;
    long now;
    private long lastMark = 100;
    private int lastPort = 20_000;

    LinkFixture(LinkLimits limits, long acceptsNewAt) {
        core = new LinkCore(limits, tickets, "boot", () -> ++lastMark, acceptsNewAt, this);
        core.allow(Map.of(ALICE, ALICES, BOB, BOBS));
    }

    LinkFixture() {
        this(LIMITS, 0);
    }

    /** A process of a parent says something on its connection. */
    void say(String parent, int connection, LinkMessage message) {
        core.onLink(parent, peer(parent, connection), message, List.of(ByteBuffer.wrap(new byte[] {1})), now);
    }

    void ping(String parent, int connection) {
        say(parent, connection, new LinkMessage.Ping(parent + connection));
    }

    static String peer(String parent, int connection) {
        return parent + "#" + connection;
    }

    static LinkMessage.Open open(String session) {
        return open(session, 0, "");
    }

    static LinkMessage.Open open(String session, int port, String ticket) {
        TreeMap<Integer, String> keys = new TreeMap<>();
        keys.put(0, "k".repeat(40));
        keys.put(1, "l".repeat(40));
        return new LinkMessage.Open(1, 1, session, 0, port, ticket, keys, null);
    }

    /** A rank says so many bytes. */
    void fromRank(String session, int bytes) {
        core.fromRank(new SessionId(session, 0), 0, false, List.of(ByteBuffer.allocate(bytes)), now);
    }

    /** The answers to a connection since the last call, of one kind. */
    <T extends LinkMessage> List<T> answers(String parent, int connection, Class<T> kind) {
        List<T> found = sent.stream()
                .filter(one -> one.peer().equals(peer(parent, connection)))
                .map(Sent::message)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
        sent.removeIf(one -> one.peer().equals(peer(parent, connection)));
        return found;
    }

    @Override
    public boolean send(String peer, LinkMessage message, List<ByteBuffer> payload) {
        if (deaf.contains(peer)) {
            return false;
        }
        sent.add(new Sent(peer, message));
        return true;
    }

    @Override
    public SessionPort open(SessionRegistration registration, int port) {
        Port opened = new Port(port == 0 ? ++lastPort : port);
        ports.put(BrokerCore.idOf(registration), opened);
        return opened;
    }

    @Override
    public void admit(String identity, ParentKey key) {
        told.add("admit " + key.name());
    }

    @Override
    public void withdraw(String identity, ParentKey key, int sessions) {
        told.add("withdraw " + key.name() + " " + sessions);
    }

    @Override
    public void opened(HeldSession session) {
        told.add("opened " + session.id);
    }

    @Override
    public void closed(HeldSession session, String reason) {
        told.add("closed " + session.id + " " + reason);
    }

    @Override
    public BrokerStatus.Facts facts() {
        return new BrokerStatus.Facts(true, now, 3, 4, 5, 6);
    }

    @Override
    public void heldBack(HeldSession session, boolean events) {
        told.add((events ? "events of " : "control of ") + session.id + " held back");
    }

    @Override
    public void refused(String who, String why) {
        told.add("refused " + who + ": " + why);
    }

    /** The ranks' side of a session. */
    static final class Port implements SessionPort {
        final List<List<ByteBuffer>> broadcasts = new ArrayList<>();
        final List<Integer> unicasts = new ArrayList<>();
        final List<String> claimants = new ArrayList<>();
        boolean closed;
        private final int port;

        Port(int port) {
            this.port = port;
        }

        @Override
        public String commandsEndpoint() {
            return "tcp://127.0.0.1:" + port;
        }

        @Override
        public String controlEndpoint() {
            return "tcp://127.0.0.1:2";
        }

        @Override
        public String eventsEndpoint() {
            return "tcp://127.0.0.1:3";
        }

        @Override
        public String serverKey() {
            return "";
        }

        @Override
        public void broadcast(List<ByteBuffer> frames) {
            broadcasts.add(frames);
        }

        @Override
        public boolean send(int rank, List<ByteBuffer> frames) {
            return unicasts.add(rank);
        }

        @Override
        public boolean sendToClaimant(String claimant, List<ByteBuffer> frames) {
            return claimants.add(claimant);
        }

        @Override
        public SessionTraffic traffic() {
            return new SessionTraffic(1, 2, 3, 4, 5);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
