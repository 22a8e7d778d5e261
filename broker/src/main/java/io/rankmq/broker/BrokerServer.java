// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.WireError;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.MessageHandler;
import io.rankmq.transport.RateLimitedLog;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.TransportException;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A broker in a process of its own: many parents, each with its sessions. The ranks' side is the one that a parent embeds; this puts the
 * parents' side before it (docs/protocol.md, section 11) and lets a parent touch nothing but its own sessions. It keeps nothing that
 * parents do not register again, so it may be killed and started at any time. All methods belong to the loop thread.
 */
public final class BrokerServer implements LoopTimer {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerServer.class);
    private static final String LINK_DOMAIN = "link";
    private static final String BROADCAST_DOMAIN = "broadcast";
    private static final long TICK = TimeUnit.SECONDS.toNanos(1);
    private static final int PORT_ATTEMPTS = 64;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final EventLoop loop;
    private final BrokerServerConfig config;
    private final EmbeddedBroker ranks;
    private final WireSocket link;
    private final WireSocket broadcasts;
    private final String boot;
    private final long startedAt;
    private final Map<String, ParentState> parents = new HashMap<>();
    private final Map<String, LinkClient> byPeer = new HashMap<>();
    private final Map<SessionId, LinkClient> owners = new HashMap<>();
    private final RateLimitedLog refusals;
    private boolean ranksMayCome;
    private long nextTick;
    private long rejected;
    private long expired;

    private BrokerServer(EventLoop loop, BrokerServerConfig config) {
        this.loop = loop;
        this.config = config;
        ranks = EmbeddedBroker.prepare(loop, config.ranks());
        refusals = new RateLimitedLog(LOG, loop.ticker());
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        boot = HexFormat.of().formatHex(random);
        link = bind(SocketRole.LINK_SERVER, config.linkPort(), LINK_DOMAIN, this::onLink);
        broadcasts = bind(SocketRole.BROADCAST_SERVER, config.broadcastPort(), BROADCAST_DOMAIN, this::onBroadcast);
        startedAt = loop.ticker().nanos();
        nextTick = startedAt + Math.min(TICK, config.quietStart().toNanos());
        loop.addTimer(this);
    }

    /**
     * Starts a broker in this loop, which has no other; nobody is admitted before {@link #allow}. Loop thread only.
     *
     * @throws TransportException if an address or port cannot be bound
     */
    public static BrokerServer start(EventLoop loop, BrokerServerConfig config) {
        return new BrokerServer(loop, config);
    }

    /** Says who is admitted from now on; the sessions of a parent that is not any more are ended. */
    public void allow(Collection<ParentKey> keys) {
        Map<String, ParentKey> wanted = new HashMap<>();
        keys.forEach(key -> wanted.put(key.identity(), key));
        for (ParentState parent : List.copyOf(parents.values())) {
            ParentKey key = wanted.get(parent.identity());
            if (key == null) {
                remove(parent);
            } else {
                parent.key(key);
            }
        }
        for (ParentKey key : wanted.values()) {
            if (!parents.containsKey(key.identity())) {
                ranks.registry()
                        .register(
                                key.identity(),
                                Set.of(LINK_DOMAIN, BROADCAST_DOMAIN),
                                Map.of(key.publicKey(), key.identity()));
                parents.put(key.identity(), new ParentState(key));
                LOG.info("Parent {} is admitted", key.name());
            }
        }
    }

    /** What is going on, as JSON, for an operator. */
    public String status() {
        return BrokerStatus.of(this, null);
    }

    /** Whether ranks can connect. */
    public boolean isReady() {
        return ranksMayCome;
    }

    @Override
    public long nextDeadlineNanos() {
        return nextTick;
    }

    @Override
    public void onTick(long now) {
        nextTick = now + TICK;
        if (!ranksMayCome && now - startedAt >= config.quietStart().toNanos()) {
            ranks.bindRanks();
            ranksMayCome = true;
            LOG.info("Ready: ranks may connect");
        } else if (!ranksMayCome) {
            nextTick = startedAt + config.quietStart().toNanos();
        }
        for (LinkClient client : List.copyOf(byPeer.values())) {
            if (now - client.heardAt > config.parentLease().toNanos()) {
                expire(client);
            }
        }
    }

    private void expire(LinkClient client) {
        if (!client.sessions.isEmpty()) {
            expired += client.sessions.size();
            LOG.warn(
                    "Parent {} was not heard for {} s; its sessions {} are removed",
                    client.parent.key().name(),
                    config.parentLease().toSeconds(),
                    client.sessions.keySet());
        }
        forget(client);
    }

    // ---- what parents say ----

    private void onLink(Incoming incoming) {
        ParentState parent = parentOf(incoming);
        LinkMessage message = parent == null ? null : decode(incoming);
        if (parent == null || message == null) {
            rejected++;
            refusals.warn("Dropped a message of {}", parent == null ? "a parent that is not admitted" : name(parent));
            return;
        }
        LinkClient client = byPeer.get(incoming.peer());
        if (message instanceof LinkMessage.Ping ping) {
            ping(parent, ping, incoming.peer());
        } else if (message instanceof LinkMessage.AskStatus) {
            String json = BrokerStatus.of(this, parent.key().operator() ? null : parent);
            link.send(incoming.peer(), List.of(LinkCodec.encode(new LinkMessage.Status(json))));
        } else if (client == null) {
            // A new connection, whose process has not said yet which it is; what it says is sent again.
            rejected++;
        } else {
            onLink(client, message, payload(incoming));
        }
    }

    private void onLink(LinkClient client, LinkMessage message, List<ByteBuffer> payload) {
        client.heardAt = loop.ticker().nanos();
        if (message instanceof LinkMessage.ToRank to) {
            toRank(client, to, payload);
        } else if (message instanceof LinkMessage.ToClaimant to) {
            toClaimant(client, to, payload);
        } else if (message instanceof LinkMessage.Open open) {
            open(client, open);
        } else if (message instanceof LinkMessage.CloseSession over) {
            HeldSession session = client.sessions.get(new SessionId(over.session(), over.incarnation()));
            if (session != null) {
                close(client, session);
            }
        } else {
            rejected++;
            refusals.warn("Dropped a message of {}: only a broker says that", name(client.parent));
        }
    }

    private void ping(ParentState parent, LinkMessage.Ping ping, String peer) {
        LinkClient client = parent.clients.computeIfAbsent(ping.client(), name -> new LinkClient(parent, name));
        if (!peer.equals(client.peer())) {
            byPeer.remove(client.peer());
            byPeer.put(peer, client);
        }
        client.heard(peer, ping.taken(), loop.ticker().nanos());
        answer(client, new LinkMessage.Pong(boot));
    }

    private void onBroadcast(Incoming incoming) {
        ParentState parent = parentOf(incoming);
        LinkMessage message = parent == null ? null : decode(incoming);
        if (parent == null || !(message instanceof LinkMessage.ToAll to)) {
            rejected++;
            refusals.warn("Dropped a broadcast of {}", parent == null ? "a parent that is not admitted" : name(parent));
            return;
        }
        HeldSession session = parent.session(new SessionId(to.session(), to.incarnation()));
        if (session == null) {
            // The parent hears of it when it says something on the link.
            rejected++;
        } else {
            session.port.broadcast(payload(incoming));
        }
    }

    private void toRank(LinkClient client, LinkMessage.ToRank to, List<ByteBuffer> frames) {
        HeldSession session = client.sessions.get(new SessionId(to.session(), to.incarnation()));
        if (session == null) {
            unknown(client, to.session(), to.incarnation());
        } else if (session.keys.containsKey(to.rank()) && !frames.isEmpty()) {
            session.port.send(to.rank(), frames);
        } else {
            rejected++;
            refusals.warn("Dropped a message of {} for rank {} of {}", name(client.parent), to.rank(), session.id);
        }
    }

    private void toClaimant(LinkClient client, LinkMessage.ToClaimant to, List<ByteBuffer> frames) {
        HeldSession session = client.sessions.get(new SessionId(to.session(), to.incarnation()));
        if (session == null) {
            unknown(client, to.session(), to.incarnation());
        } else if (frames.isEmpty()) {
            rejected++;
        } else {
            session.port.sendToClaimant(to.claimant(), frames);
        }
    }

    private void unknown(LinkClient client, String session, int incarnation) {
        rejected++;
        answer(client, new LinkMessage.Unknown(session, incarnation));
    }

    private void open(LinkClient client, LinkMessage.Open open) {
        SessionId id = new SessionId(open.session(), open.incarnation());
        HeldSession held = client.sessions.get(id);
        if (held == null) {
            WireError objection = objection(client.parent, open, id);
            if (objection == null) {
                objection = take(client, open, id);
            }
            if (objection != null) {
                rejected++;
                refusals.warn("Refused session {} of {}: {}", id, name(client.parent), objection.message());
                answer(client, new LinkMessage.Refused(open.session(), open.incarnation(), objection));
                return;
            }
            held = client.sessions.get(id);
        }
        if (held == null || !held.keys.equals(open.keys()) || !Objects.equals(held.joinKey, open.joinKey())) {
            WireError other = WireError.of(ErrorCode.FORBIDDEN, "session " + id + " is open with other keys");
            answer(client, new LinkMessage.Refused(open.session(), open.incarnation(), other));
            return;
        }
        answer(
                client,
                new LinkMessage.Opened(
                        LinkCodec.VERSION,
                        open.session(),
                        open.incarnation(),
                        held.port.commandsEndpoint(),
                        held.port.controlEndpoint(),
                        held.port.eventsEndpoint()));
    }

    private @Nullable WireError objection(ParentState parent, LinkMessage.Open open, SessionId id) {
        if (open.minVersion() > LinkCodec.VERSION || open.maxVersion() < LinkCodec.VERSION) {
            return WireError.of(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "this broker speaks version " + LinkCodec.VERSION + ", the parent " + open.minVersion() + " to "
                            + open.maxVersion() + "; update the older of the two");
        }
        if (owners.containsKey(id)) {
            return WireError.of(ErrorCode.FORBIDDEN, "the name of session " + id + " is taken; choose another");
        }
        if (parent.sessions() >= config.sessionsPerParent()) {
            return WireError.of(
                    ErrorCode.LIMIT_EXCEEDED,
                    "a parent may have " + config.sessionsPerParent() + " sessions at this broker, and has them");
        }
        if (open.keys().size() > config.ranksPerSession()) {
            return WireError.of(
                    ErrorCode.LIMIT_EXCEEDED,
                    "a session may have " + config.ranksPerSession() + " ranks at this broker, not "
                            + open.keys().size());
        }
        return null;
    }

    private @Nullable WireError take(LinkClient client, LinkMessage.Open open, SessionId id) {
        try {
            SessionRegistration registration =
                    new SessionRegistration(open.session(), open.incarnation(), open.keys(), open.joinKey());
            Uplink uplink = new Uplink(client, id);
            HeldSession held = new HeldSession(id, open, openPort(registration, uplink, open.port()));
            uplink.session = held;
            client.sessions.put(id, held);
            owners.put(id, client);
            LOG.info(
                    "Opened session {} with {} ranks for parent {}",
                    id,
                    open.keys().size(),
                    client.parent.key().name());
            return null;
        } catch (BrokerException e) {
            return WireError.of(ErrorCode.LIMIT_EXCEEDED, String.valueOf(e.getMessage()));
        } catch (IllegalArgumentException e) {
            return WireError.of(ErrorCode.INVALID_VALUE, String.valueOf(e.getMessage()));
        } catch (TransportException e) {
            return WireError.of(ErrorCode.LIMIT_EXCEEDED, "no port for the session: " + e.getMessage());
        }
    }

    /** On the port that the ranks know already, else on one of the range, beginning anywhere: so two brokers' sessions seldom meet. */
    private SessionPort openPort(SessionRegistration registration, SessionListener listener, int wanted) {
        int first = config.firstCommandsPort();
        if (wanted != 0 || first == 0) {
            return ranks.open(registration, listener, wanted);
        }
        int count = config.lastCommandsPort() - first + 1;
        int begin = RANDOM.nextInt(count);
        @Nullable TransportException last = null;
        for (int i = 0; i < Math.min(count, PORT_ATTEMPTS); i++) {
            try {
                return ranks.open(registration, listener, first + (begin + i) % count);
            } catch (TransportException taken) {
                last = taken;
            }
        }
        throw new BrokerException("no free port was found from " + first + " to " + config.lastCommandsPort()
                + (last == null ? "" : ": " + last.getMessage()));
    }

    // ---- what ranks say ----

    /** Sends what the ranks of a session say to their parent, as long as it takes it. */
    private final class Uplink implements SessionListener {
        private final LinkClient client;
        private final SessionId id;
        private @Nullable HeldSession session;

        Uplink(LinkClient client, SessionId id) {
            this.client = client;
            this.id = id;
        }

        @Override
        public void onControl(int rank, List<ByteBuffer> frames) {
            forward(rank, frames, false);
        }

        @Override
        public void onEvent(int rank, List<ByteBuffer> frames) {
            forward(rank, frames, true);
        }

        @Override
        public void onClaim(String claimant, List<ByteBuffer> frames) {
            forward(new LinkMessage.FromClaimant(id.session(), id.incarnation(), claimant), frames, "a claimant");
        }

        private void forward(int rank, List<ByteBuffer> frames, boolean event) {
            if (session != null) {
                session.heardAt.put(rank, loop.ticker().nanos());
            }
            forward(new LinkMessage.FromRank(id.session(), id.incarnation(), rank, event), frames, "rank " + rank);
        }

        private void forward(LinkMessage header, List<ByteBuffer> frames, String from) {
            long bytes = 0;
            for (ByteBuffer frame : frames) {
                bytes += frame.remaining();
            }
            List<ByteBuffer> all = new ArrayList<>(frames.size() + 1);
            all.add(LinkCodec.encode(header));
            all.addAll(frames);
            if (client.hasRoom(bytes, config.bytesPerParent()) && link.send(client.peer(), all)) {
                client.sent(bytes);
            } else {
                client.dropped();
                refusals.warn("Dropped a message of {} of {}: its parent does not take it", from, id);
            }
        }
    }

    // ---- the rest ----

    private void remove(ParentState parent) {
        LOG.warn("{} is not admitted any more; its {} sessions are ended", name(parent), parent.sessions());
        WireError why = WireError.of(ErrorCode.FORBIDDEN, "the operator has withdrawn the key of this parent");
        for (LinkClient client : List.copyOf(parent.clients.values())) {
            for (SessionId id : client.sessions.keySet()) {
                answer(client, new LinkMessage.Refused(id.session(), id.incarnation(), why));
            }
            forget(client);
        }
        ranks.registry().unregister(parent.identity());
        parents.remove(parent.identity());
    }

    private void forget(LinkClient client) {
        List.copyOf(client.sessions.values()).forEach(session -> close(client, session));
        client.parent.clients.remove(client.name);
        byPeer.remove(client.peer());
    }

    private void close(LinkClient client, HeldSession session) {
        client.sessions.remove(session.id);
        owners.remove(session.id);
        session.port.close();
        LOG.info("Closed session {} of {}", session.id, name(client.parent));
    }

    private void answer(LinkClient client, LinkMessage message) {
        if (!link.send(client.peer(), List.of(LinkCodec.encode(message)))) {
            refusals.warn("{} is not connected or does not read; an answer was dropped", name(client.parent));
        }
    }

    private @Nullable LinkMessage decode(Incoming incoming) {
        try {
            return LinkCodec.decode(incoming.frames().get(0));
        } catch (ProtocolException malformed) {
            return null;
        }
    }

    private @Nullable ParentState parentOf(Incoming incoming) {
        int connection = incoming.peer().lastIndexOf(KeyRegistry.CONNECTION);
        return parents.get(incoming.peer().substring(0, Math.max(0, connection)));
    }

    private static List<ByteBuffer> payload(Incoming incoming) {
        return incoming.frames().subList(1, incoming.frames().size());
    }

    private static String name(ParentState parent) {
        return "parent " + parent.key().name();
    }

    private WireSocket bind(SocketRole role, int port, String domain, MessageHandler handler) {
        WireSocket.Bind where = new WireSocket.Bind(
                config.ranks().bindAddress(), port, domain, config.ranks().keys());
        return WireSocket.bind(loop, role, where, ranks.zap(), MessageBounds.DEFAULT, handler);
    }

    // ---- for the status ----

    String boot() {
        return boot;
    }

    long uptimeNanos() {
        return loop.ticker().nanos() - startedAt;
    }

    Collection<ParentState> parents() {
        return parents.values();
    }

    /** Messages of parents and of strangers that were dropped. */
    long rejected() {
        return rejected + ranks.dropped() + link.dropped() + broadcasts.dropped();
    }

    /** Handshakes that were refused. */
    long refusedHandshakes() {
        return ranks.refused();
    }

    /** Sessions whose parent was silent for too long. */
    long expired() {
        return expired;
    }

    long now() {
        return loop.ticker().nanos();
    }
}
