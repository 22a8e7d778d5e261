// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.Channel;
import io.rankmq.broker.BrokerCore.Sender;
import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.MessageHandler;
import io.rankmq.transport.QueueBudget;
import io.rankmq.transport.RateLimitedLog;
import io.rankmq.transport.ReadThrottle;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.TransportException;
import io.rankmq.transport.WireSocket;
import io.rankmq.transport.ZapAuthenticator;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The ranks' side of a broker. Inside the parent it is all of it: its sockets are bound in the parent's own loop, so a message pays no further
 * hop and no hand-over between threads; a {@link BrokerServer} puts the parents' side before it. One ROUTER serves all
 * sessions, each session has an XPUB and a PULL of its own: so the one that floods can be read less, and the others not. All methods belong to the loop thread; the sockets live as long as the loop.
 */
public final class EmbeddedBroker {

    private static final String CONTROL_DOMAIN = "control";
    private static final int ATTEMPTS = 64;

    private final EventLoop loop;
    private final BrokerConfig config;
    private final BrokerCore core;
    private final KeyRegistry registry = new KeyRegistry();
    private final ZapAuthenticator zap;
    private @Nullable WireSocket control;
    private final @Nullable ReadThrottle throttle;
    private final Set<WireSocket> events = new HashSet<>();
    private long droppedEvents;
    private final Map<SessionId, SessionListener> listeners = new HashMap<>();
    private final RateLimitedLog foreign;
    private final @Nullable QueueBudget queued;

    private EmbeddedBroker(EventLoop loop, BrokerConfig config) {
        this.loop = loop;
        this.config = config;
        this.core = new BrokerCore(config.limits());
        this.foreign = new RateLimitedLog(LoggerFactory.getLogger(EmbeddedBroker.class), loop.ticker());
        this.queued = config.limits().queued() == Long.MAX_VALUE
                ? null
                : new QueueBudget(config.limits().queued());
        long rate = config.limits().eventsPerSession();
        this.throttle = rate == 0
                ? null
                : new ReadThrottle(loop, rate, config.limits().message().maxWaiting());
        // First of all: without it every key would be admitted.
        this.zap = ZapAuthenticator.start(loop, registry);
    }

    /**
     * Starts a broker in this loop; a loop has one at most. Loop thread only.
     *
     * @throws io.rankmq.transport.TransportException if an address or port cannot be bound
     */
    public static EmbeddedBroker start(EventLoop loop, BrokerConfig config) {
        EmbeddedBroker broker = new EmbeddedBroker(loop, config);
        broker.bindRanks();
        return broker;
    }

    /** Prepares a broker that ranks cannot reach before {@link #bindRanks}; its port must be named. Loop thread only. */
    static EmbeddedBroker prepare(EventLoop loop, BrokerConfig config) {
        return new EmbeddedBroker(loop, config);
    }

    /** Lets ranks connect. */
    void bindRanks() {
        control = bind(SocketRole.CONTROL_SERVER, config.controlPort(), CONTROL_DOMAIN, null, this::onControl);
    }

    /**
     * Opens a session: from now on the keys of its ranks are admitted, and what they send goes to the listener.
     *
     * @throws BrokerException if the session is open already or beyond the limits
     */
    public SessionPort open(SessionRegistration registration, SessionListener listener) {
        return open(registration, listener, 0);
    }

    /** As the other, with the port on which the ranks hear commands; 0 for any. The next port is for their events. */
    SessionPort open(SessionRegistration registration, SessionListener listener, int commandsPort) {
        SessionId id = BrokerCore.idOf(registration);
        Map<String, String> identities = core.register(registration);
        String commandsDomain = "commands/" + id;
        String eventsDomain = "events/" + id;
        try {
            registry.register(id.toString(), Set.of(CONTROL_DOMAIN, eventsDomain, commandsDomain), identities);
            if (registration.joinKey() != null) {
                // For the control port only: who has this key can neither hear commands nor send events.
                registry.register(
                        id.toString(),
                        Set.of(CONTROL_DOMAIN),
                        Map.of(registration.joinKey(), BrokerCore.joinIdentity(id)));
            }
            EmbeddedPort port = bindPair(id, commandsPort, listener);
            listeners.put(id, listener);
            return port;
        } catch (RuntimeException e) {
            release(id);
            throw e;
        }
    }

    private EmbeddedPort bindPair(SessionId id, int port, SessionListener listener) {
        for (int attempt = 1; ; attempt++) {
            WireSocket commands = bind(SocketRole.COMMAND_SERVER, port, "commands/" + id, null, message -> {});
            try {
                int next = Integer.parseInt(commands.endpoint()
                                .substring(commands.endpoint().lastIndexOf(':') + 1))
                        + 1;
                WireSocket bound = bind(SocketRole.EVENT_SERVER, next, "events/" + id, throttle, this::onEvent);
                bound.onHeld(listener::onEventsHeld);
                events.add(bound);
                return new EmbeddedPort(this, id, commands, bound);
            } catch (TransportException taken) {
                commands.close();
                if (port != 0 || attempt == ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    /** Messages that were dropped because no open session has their sender, or because they were unidentified or too large. */
    public long dropped() {
        return core.foreign()
                + (control == null ? 0 : control.dropped())
                + droppedEvents
                + events.stream().mapToLong(WireSocket::dropped).sum();
    }

    /** Handshakes that were refused. */
    public long refused() {
        return zap.refused();
    }

    /** Bytes that wait for ranks, as far as they are bounded. */
    long queuedBytes() {
        return queued == null ? 0 : queued.waiting();
    }

    BrokerCore core() {
        return core;
    }

    KeyRegistry registry() {
        return registry;
    }

    ZapAuthenticator zap() {
        return zap;
    }

    /** Sends to one rank; false if it is not there. */
    boolean send(String identity, List<ByteBuffer> frames) {
        WireSocket bound = control;
        return bound != null && bound.send(identity, frames);
    }

    /** How long ago a part of a large report began to arrive; whoever sends one cannot send heartbeats. */
    long nanosSinceReport() {
        WireSocket bound = control;
        return bound == null ? Long.MAX_VALUE : bound.nanosSinceBody();
    }

    String serverKey() {
        return config.keys().publicKey();
    }

    String controlEndpoint() {
        return advertised(control == null ? ":" + config.controlPort() : control.endpoint());
    }

    String advertised(String endpoint) {
        return "tcp://" + config.advertisedAddress() + endpoint.substring(endpoint.lastIndexOf(':'));
    }

    /** Closes the socket of a session's events. */
    void close(WireSocket socket) {
        droppedEvents += socket.dropped();
        events.remove(socket);
        socket.close();
    }

    void release(SessionId id) {
        listeners.remove(id);
        if (control != null) {
            core.identitiesOf(id).forEach(control::forget);
        }
        registry.unregister(id.toString());
        core.unregister(id);
    }

    private void onControl(Incoming message) {
        if (BrokerCore.isClaimant(message.peer())) {
            onClaim(message);
            return;
        }
        Sender sender = core.senderOf(Channel.CONTROL, message.peer());
        if (sender == null) {
            warnForeign(message);
        } else {
            listener(sender.session()).onControl(sender.rank(), message.frames());
        }
    }

    private void onClaim(Incoming message) {
        long bytes = 0;
        for (ByteBuffer frame : message.frames()) {
            bytes += frame.remaining();
        }
        BrokerCore.Claimant claimant = core.claimantOf(
                message.peer(), message.frames().size(), bytes, loop.ticker().nanos());
        if (claimant == null) {
            foreign.warn("Dropped a claim of {}: too large, too many, or of no open session", message.peer());
        } else {
            listener(claimant.session()).onClaim(claimant.connection(), message.frames());
        }
    }

    private void onEvent(Incoming message) {
        Sender sender = core.senderOf(Channel.EVENTS, message.peer());
        if (sender == null) {
            warnForeign(message);
        } else {
            listener(sender.session()).onEvent(sender.rank(), message.frames());
        }
    }

    private SessionListener listener(SessionId id) {
        SessionListener listener = listeners.get(id);
        if (listener == null) {
            throw new IllegalStateException("session " + id + " has no listener");
        }
        return listener;
    }

    private void warnForeign(Incoming message) {
        foreign.warn("Dropped a message from {}, which is of no open session", message.peer());
    }

    private WireSocket bind(
            SocketRole role, int port, String domain, @Nullable ReadThrottle rate, MessageHandler handler) {
        WireSocket.Bind where = new WireSocket.Bind(config.bindAddress(), port, domain, config.keys());
        WireSocket socket =
                WireSocket.bind(loop, role, where, zap, config.limits().message(), rate, handler);
        if (queued != null) {
            socket.bound(queued);
        }
        return socket;
    }
}
