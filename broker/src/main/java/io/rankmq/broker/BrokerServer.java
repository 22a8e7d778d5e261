// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Fingerprint;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.MessageHandler;
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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A broker in a process of its own: many parents, each with its sessions. The ranks' side is the one that a parent embeds; this hosts the
 * {@link LinkCore}, which decides for the parents' side, and does what it wants. All methods belong to the loop thread.
 */
public final class BrokerServer implements LoopTimer {
    private static final String LINK_DOMAIN = "link";
    private static final String BROADCAST_DOMAIN = "broadcast";
    private static final long TICK = TimeUnit.SECONDS.toNanos(1);
    private static final long LARGEST_MARK = 1L << 53;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final EventLoop loop;
    private final BrokerServerConfig config;
    private final EmbeddedBroker ranks;
    private final LinkLog log;
    private final LinkCore core;
    private final WireSocket link;
    private final WireSocket broadcasts;
    private final long startedAt;
    private boolean ready;
    private long nextTick;
    private long malformed;

    private BrokerServer(EventLoop loop, BrokerServerConfig config, Collection<ParentKey> admitted) {
        this.loop = loop;
        this.config = config;
        log = new LinkLog(loop.ticker());
        startedAt = loop.ticker().nanos();
        ranks = EmbeddedBroker.forSessions(loop, config.ranks());
        byte[] boot = new byte[8];
        RANDOM.nextBytes(boot);
        core = new LinkCore(
                config.limits(),
                new Tickets(config.ranks().keys().secretKey()),
                HexFormat.of().formatHex(boot),
                () -> RANDOM.nextLong(LARGEST_MARK),
                readyAt(),
                new Doer());
        // Before anybody can connect: a parent that comes back after a restart must not be refused, which is final for
        // its socket.
        allow(admitted);
        link = bind(SocketRole.LINK_SERVER, config.linkPort(), LINK_DOMAIN, this::onLink);
        broadcasts = bind(SocketRole.BROADCAST_SERVER, config.broadcastPort(), BROADCAST_DOMAIN, this::onBroadcast);
        nextTick = Math.min(startedAt + TICK, readyAt());
        loop.addTimer(this);
        log.listening(
                config.ranks().bindAddress(),
                config.linkPort(),
                config.ranks().keys().publicKey());
    }

    /**
     * Starts a broker in this loop, which has no other. Loop thread only.
     *
     * @param admitted who is admitted until {@link #allow} says otherwise
     * @throws TransportException if an address or port cannot be bound
     */
    public static BrokerServer start(EventLoop loop, BrokerServerConfig config, Collection<ParentKey> admitted) {
        return new BrokerServer(loop, config, admitted);
    }

    /** Says who is admitted from now on; the sessions of a parent that is not any more are ended. */
    public void allow(Collection<ParentKey> keys) {
        Map<String, ParentKey> wanted = new HashMap<>();
        // Shared, because a parent may run several jobs at a time with one key.
        keys.forEach(key -> wanted.put(KeyRegistry.SHARED + "parent/" + Fingerprint.of(key.publicKey()), key));
        core.allow(wanted);
    }

    /** What is going on, as JSON, for an operator. */
    public String status() {
        return core.status(null, loop.ticker().nanos());
    }

    /** Whether new sessions are taken. */
    public boolean isReady() {
        return ready;
    }

    @Override
    public long nextDeadlineNanos() {
        return nextTick;
    }

    @Override
    public void onTick(long now) {
        if (!ready && now - readyAt() >= 0) {
            ready = true;
            log.ready();
        }
        nextTick = ready ? now + TICK : Math.min(now + TICK, readyAt());
        core.onTick(now);
    }

    private long readyAt() {
        return startedAt + config.quietStart().toNanos();
    }

    private void onLink(Incoming incoming) {
        String identity =
                incoming.peer().substring(0, Math.max(0, incoming.peer().indexOf('#')));
        LinkMessage message = decode(identity, incoming);
        if (message != null) {
            core.onLink(
                    identity,
                    incoming.peer(),
                    message,
                    payload(incoming),
                    loop.ticker().nanos());
        }
    }

    private void onBroadcast(Incoming incoming) {
        String identity = identity(incoming);
        LinkMessage message = decode(identity, incoming);
        if (message != null) {
            core.onBroadcast(identity, message, payload(incoming));
        }
    }

    private @Nullable LinkMessage decode(String identity, Incoming incoming) {
        try {
            return LinkCodec.decode(incoming.frames().get(0));
        } catch (ProtocolException e) {
            malformed++;
            log.refused(core.nameOf(identity), "a malformed message: " + e.getMessage());
            return null;
        }
    }

    /** The identity that all connections with the sender's key share. */
    private static String identity(Incoming incoming) {
        return incoming.peer().substring(0, Math.max(0, incoming.peer().lastIndexOf(KeyRegistry.CONNECTION)));
    }

    private static List<ByteBuffer> payload(Incoming incoming) {
        return incoming.frames().subList(1, incoming.frames().size());
    }

    private WireSocket bind(SocketRole role, int port, String domain, MessageHandler handler) {
        WireSocket.Bind where = new WireSocket.Bind(
                config.ranks().bindAddress(), port, domain, config.ranks().keys());
        return WireSocket.bind(
                loop, role, where, ranks.zap(), config.ranks().limits().message(), handler);
    }

    /** Does what the core wants. */
    private final class Doer implements LinkEffects {

        @Override
        public boolean send(String peer, LinkMessage message, List<ByteBuffer> payload) {
            List<ByteBuffer> all = new ArrayList<>(payload.size() + 1);
            all.add(LinkCodec.encode(message));
            all.addAll(payload);
            return link.send(peer, all);
        }

        @Override
        public SessionPort open(SessionRegistration registration, int port) {
            Uplink uplink = new Uplink(BrokerCore.idOf(registration));
            try {
                return port != 0
                        ? ranks.open(registration, uplink, port)
                        : config.sessions().bind(RANDOM.nextInt(), any -> ranks.open(registration, uplink, any));
            } catch (TransportException e) {
                throw new BrokerException("no port for the session: " + e.getMessage());
            }
        }

        @Override
        public void admit(String identity, ParentKey key) {
            ranks.registry()
                    .register(identity, Set.of(LINK_DOMAIN, BROADCAST_DOMAIN), Map.of(key.publicKey(), identity));
            log.admitted(key);
        }

        @Override
        public void withdraw(String identity, ParentKey key, int sessions) {
            ranks.registry().unregister(identity);
            log.withdrawn(key, sessions);
        }

        @Override
        public void opened(HeldSession session) {
            log.opened(session);
        }

        @Override
        public void closed(HeldSession session, String reason) {
            log.closed(session, reason);
        }

        @Override
        public BrokerStatus.Facts facts() {
            return new BrokerStatus.Facts(
                    ready,
                    loop.ticker().nanos() - startedAt,
                    ranks.refused(),
                    malformed + ranks.dropped() + link.dropped() + broadcasts.dropped(),
                    ranks.queuedBytes(),
                    ranks.registry().size());
        }

        @Override
        public void heldBack(HeldSession session, boolean events) {
            log.heldBack(session, events);
        }

        @Override
        public void refused(String who, String why) {
            log.refused(who, why);
        }
    }

    /** Hears the ranks of a session. */
    private final class Uplink implements SessionListener {
        private final SessionId id;

        Uplink(SessionId id) {
            this.id = id;
        }

        @Override
        public void onControl(int rank, List<ByteBuffer> frames) {
            core.fromRank(id, rank, false, frames, loop.ticker().nanos());
        }

        @Override
        public void onEvent(int rank, List<ByteBuffer> frames) {
            core.fromRank(id, rank, true, frames, loop.ticker().nanos());
        }

        @Override
        public void onHeld(boolean events) {
            core.held(id, events);
        }

        @Override
        public void onClaim(String claimant, List<ByteBuffer> frames) {
            core.fromClaimant(id, claimant, frames);
        }
    }
}
