// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Fingerprint;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.RateLimitedLog;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A parent's connection to a {@link BrokerServer}. It opens sessions, opens them again when the broker has lost them, and tells when the
 * broker is gone. All methods belong to the loop thread; the sockets live as long as the loop.
 */
public final class RemoteBroker implements LoopTimer {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteBroker.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final long PING_EVERY = TimeUnit.SECONDS.toNanos(1);
    private static final long UNREACHABLE_AFTER = 3 * PING_EVERY;
    private static final long REBUILD_EVERY = TimeUnit.SECONDS.toNanos(3);

    private final EventLoop loop;
    private final RemoteBrokerConfig config;
    private final Map<SessionId, RemotePort> ports = new HashMap<>();
    private final RateLimitedLog malformed;
    private final CompletableFuture<String> status = new CompletableFuture<>();
    private WireSocket link;
    private WireSocket broadcasts;
    private final String client;
    private String boot = "";
    private volatile boolean heard;
    private long heardAt;
    private long reachableSince;
    private long builtAt;
    private long nextPing;

    private RemoteBroker(EventLoop loop, RemoteBrokerConfig config) {
        this.loop = loop;
        this.config = config;
        malformed = new RateLimitedLog(LOG, loop.ticker());
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        client = HexFormat.of().formatHex(random);
        link = connectLink();
        broadcasts = connectBroadcasts();
        heardAt = now();
        builtAt = heardAt;
        nextPing = heardAt;
        loop.addTimer(this);
        say(new LinkMessage.Ping(client));
    }

    /**
     * Begins to connect; whether the broker is there shows when a session is opened. Loop thread only.
     *
     * @throws io.rankmq.transport.TransportException if the address is none
     */
    public static RemoteBroker connect(EventLoop loop, RemoteBrokerConfig config) {
        return new RemoteBroker(loop, config);
    }

    /** Opens a session; fails with a {@link BrokerException} if the broker refuses it. The caller sets the deadline. */
    public CompletableFuture<SessionPort> open(SessionRegistration registration, SessionListener listener) {
        RemotePort port = new RemotePort(this, registration, listener);
        ports.put(port.id(), port);
        say(port.openMessage());
        return port.opened();
    }

    /**
     * Asks a broker what is going on. Not from the loop thread; the loop is for this alone.
     *
     * @return JSON, docs/broker.md
     * @throws BrokerException if it does not answer in time
     */
    public static String status(EventLoop loop, RemoteBrokerConfig config, Duration deadline)
            throws InterruptedException {
        RemoteBroker broker = loop.call(() -> connect(loop, config), deadline);
        loop.execute(() -> broker.say(new LinkMessage.AskStatus()));
        try {
            return broker.status.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new BrokerException(broker.silence());
        }
    }

    /** What is wrong if nothing was answered: for a sentence. */
    public String silence() {
        return heard
                ? config.name() + " does not answer"
                : config.name() + " does not answer; is it running, is " + config.serverKey()
                        + " its public key, and has its operator admitted the key "
                        + Fingerprint.of(config.keys().publicKey()) + " of this parent?";
    }

    @Override
    public long nextDeadlineNanos() {
        return nextPing;
    }

    @Override
    public void onTick(long now) {
        nextPing = now + PING_EVERY;
        if (now - heardAt > UNREACHABLE_AFTER && now - builtAt > REBUILD_EVERY) {
            rebuild(now);
        }
        say(new LinkMessage.Ping(client));
        for (RemotePort port : List.copyOf(ports.values())) {
            if (!port.opened().isDone()) {
                say(port.openMessage());
            } else if (now - heardAt > config.lease().toNanos()) {
                port.lost(config.name() + " has not answered for "
                        + config.lease().toSeconds() + " s");
            }
        }
    }

    /** A refused key is refused for the life of a socket, and the operator may have admitted it meanwhile. */
    private void rebuild(long now) {
        builtAt = now;
        link.close();
        broadcasts.close();
        link = connectLink();
        broadcasts = connectBroadcasts();
        say(new LinkMessage.Ping(client));
    }

    private void onLink(Incoming incoming) {
        LinkMessage message;
        try {
            message = LinkCodec.decode(incoming.frames().get(0));
        } catch (ProtocolException e) {
            malformed.warn("Dropped a message of {}: {}", config.name(), String.valueOf(e.getMessage()));
            return;
        }
        long now = now();
        if (!heard || now - heardAt > UNREACHABLE_AFTER) {
            reachableSince = now;
        }
        heard = true;
        heardAt = now;
        if (message instanceof LinkMessage.FromRank from) {
            port(from.session(), from.incarnation()).fromRank(from, payload(incoming));
        } else if (message instanceof LinkMessage.FromClaimant from) {
            port(from.session(), from.incarnation()).fromClaimant(from, payload(incoming));
        } else if (message instanceof LinkMessage.Mark mark) {
            say(new LinkMessage.Taken(mark.mark()));
        } else if (message instanceof LinkMessage.Pong pong) {
            pong(pong);
        } else if (message instanceof LinkMessage.Opened opened) {
            port(opened.session(), opened.incarnation()).opened(opened);
        } else if (message instanceof LinkMessage.Refused refused) {
            port(refused.session(), refused.incarnation())
                    .refused(config.name() + " refuses the session: "
                            + refused.error().message());
        } else if (message instanceof LinkMessage.Unknown unknown) {
            RemotePort port = port(unknown.session(), unknown.incarnation());
            if (ports.containsValue(port)) {
                say(port.openMessage());
            }
        } else if (message instanceof LinkMessage.Status answer) {
            status.complete(answer.json());
        }
    }

    private static List<ByteBuffer> payload(Incoming incoming) {
        return incoming.frames().subList(1, incoming.frames().size());
    }

    private void pong(LinkMessage.Pong pong) {
        if (!pong.boot().equals(boot)) {
            if (!boot.isEmpty()) {
                LOG.warn("{} was started again; opening the session again", config.name());
            }
            boot = pong.boot();
            ports.values().forEach(port -> say(port.openMessage()));
        }
    }

    /** The port, or one that nobody listens to. */
    private RemotePort port(String session, int incarnation) {
        RemotePort port = ports.get(new SessionId(session, incarnation));
        return port == null ? RemotePort.nobody(this, session, incarnation) : port;
    }

    long reachableNanos() {
        long now = now();
        return !heard || now - heardAt > UNREACHABLE_AFTER ? 0 : now - reachableSince;
    }

    boolean say(LinkMessage message) {
        return link.send(List.of(LinkCodec.encode(message)));
    }

    boolean send(List<ByteBuffer> frames) {
        return link.send(frames);
    }

    void broadcast(List<ByteBuffer> frames) {
        broadcasts.send(frames);
    }

    void forget(SessionId id) {
        ports.remove(id);
    }

    String serverKey() {
        return config.serverKey();
    }

    private long now() {
        return loop.ticker().nanos();
    }

    private WireSocket connectLink() {
        return WireSocket.connect(
                loop, SocketRole.LINK_CLIENT, where(config.linkPort()), MessageBounds.DEFAULT, this::onLink);
    }

    private WireSocket connectBroadcasts() {
        return WireSocket.connect(
                loop, SocketRole.BROADCAST_CLIENT, where(config.linkPort() + 1), MessageBounds.DEFAULT, message -> {});
    }

    private WireSocket.Connect where(int port) {
        return new WireSocket.Connect("tcp://" + config.address() + ":" + port, config.serverKey(), config.keys(), "");
    }
}
