// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.Channel;
import io.rankmq.broker.BrokerCore.Sender;
import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.MessageHandler;
import io.rankmq.transport.RateLimitedLog;
import io.rankmq.transport.SendBudget;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.WireSocket;
import io.rankmq.transport.ZapAuthenticator;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The ranks' side of a broker. Inside the parent it is all of it: its sockets are bound in the parent's own loop, so a message pays no further
 * hop and no hand-over between threads; a {@link BrokerServer} puts the parents' side before it. One ROUTER and one PULL serve all
 * sessions, each session has an XPUB of its own. All methods belong to the loop thread; the sockets live as long as the loop.
 */
public final class EmbeddedBroker {

    private static final String CONTROL_DOMAIN = "control";
    private static final String EVENTS_DOMAIN = "events";

    private final EventLoop loop;
    private final BrokerConfig config;
    private final BrokerCore core;
    private final KeyRegistry registry = new KeyRegistry();
    private final ZapAuthenticator zap;
    private @Nullable WireSocket control;
    private @Nullable WireSocket events;
    private final Map<SessionId, SessionListener> listeners = new HashMap<>();
    private final RateLimitedLog foreign;
    private final @Nullable SendBudget queued;

    private EmbeddedBroker(EventLoop loop, BrokerConfig config) {
        this.loop = loop;
        this.config = config;
        this.core = new BrokerCore(config.limits());
        this.foreign = new RateLimitedLog(LoggerFactory.getLogger(EmbeddedBroker.class), loop.ticker());
        this.queued = config.limits().queued() == Long.MAX_VALUE
                ? null
                : new SendBudget(config.limits().queued());
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

    /** Prepares a broker that ranks cannot reach before {@link #bindRanks}; both its ports must be named. Loop thread only. */
    static EmbeddedBroker prepare(EventLoop loop, BrokerConfig config) {
        return new EmbeddedBroker(loop, config);
    }

    /** Lets ranks connect. */
    void bindRanks() {
        control = bind(SocketRole.CONTROL_SERVER, config.controlPort(), CONTROL_DOMAIN, this::onControl);
        events = bind(SocketRole.EVENT_SERVER, config.eventsPort(), EVENTS_DOMAIN, this::onEvent);
    }

    /**
     * Opens a session: from now on the keys of its ranks are admitted, and what they send goes to the listener.
     *
     * @throws BrokerException if the session is open already or beyond the limits
     */
    public SessionPort open(SessionRegistration registration, SessionListener listener) {
        return open(registration, listener, 0);
    }

    /** As the other, with the port on which the ranks hear commands; 0 for any. */
    SessionPort open(SessionRegistration registration, SessionListener listener, int commandsPort) {
        SessionId id = BrokerCore.idOf(registration);
        Map<String, String> identities = core.register(registration);
        String commandsDomain = "commands/" + id;
        try {
            registry.register(id.toString(), Set.of(CONTROL_DOMAIN, EVENTS_DOMAIN, commandsDomain), identities);
            if (registration.joinKey() != null) {
                // For the control port only: who has this key can neither hear commands nor send events.
                registry.register(
                        id.toString(),
                        Set.of(CONTROL_DOMAIN),
                        Map.of(registration.joinKey(), BrokerCore.joinIdentity(id)));
            }
            WireSocket commands = bind(SocketRole.COMMAND_SERVER, commandsPort, commandsDomain, message -> {});
            listeners.put(id, listener);
            return new EmbeddedPort(this, id, commands);
        } catch (RuntimeException e) {
            release(id);
            throw e;
        }
    }

    /** Messages that were dropped because no open session has their sender, or because they were unidentified or too large. */
    public long dropped() {
        return core.foreign() + dropped(control) + dropped(events);
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
        return advertised(control, config.controlPort());
    }

    String eventsEndpoint() {
        return advertised(events, config.eventsPort());
    }

    String advertised(@Nullable WireSocket socket, int port) {
        String endpoint = socket == null ? ":" + port : socket.endpoint();
        return "tcp://" + config.advertisedAddress() + endpoint.substring(endpoint.lastIndexOf(':'));
    }

    private static long dropped(@Nullable WireSocket socket) {
        return socket == null ? 0 : socket.dropped();
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

    private WireSocket bind(SocketRole role, int port, String domain, MessageHandler handler) {
        WireSocket.Bind where = new WireSocket.Bind(config.bindAddress(), port, domain, config.keys());
        WireSocket socket =
                WireSocket.bind(loop, role, where, zap, config.limits().message(), handler);
        if (queued != null) {
            socket.bound(queued);
        }
        return socket;
    }
}
