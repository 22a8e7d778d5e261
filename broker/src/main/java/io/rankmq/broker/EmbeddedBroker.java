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
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * The ranks' side of a broker. Inside the parent it is all of it: its sockets are bound in the parent's own loop, so a message pays no further
 * hop and no hand-over between threads; a {@link BrokerServer} puts the parents' side before it. Each session has an XPUB and a PULL of its own, and
 * behind a {@link BrokerServer} a ROUTER too: so the one that floods can be read less, and the others not. All methods belong to the loop thread; the
 * sockets live as long as the loop.
 */
public final class EmbeddedBroker {

    private static final String CONTROL_DOMAIN = "control";
    private static final int ATTEMPTS = 64;

    /** An event counts once more for so many bytes: to decrypt, pass on and encrypt them costs about as much as a message by itself. */
    private static final long EVENT_BYTES = 4096;

    /** The same for control, where answers may be large by right, if values do not go another way. */
    private static final long CONTROL_BYTES = 32_768;

    private final EventLoop loop;
    private final BrokerConfig config;
    private final BrokerCore core;
    private final KeyRegistry registry = new KeyRegistry();
    private final ZapAuthenticator zap;
    private final @Nullable WireSocket sharedControl;
    private final @Nullable ReadThrottle eventsThrottle;
    private final @Nullable ReadThrottle controlThrottle;
    private final Set<WireSocket> ofSessions = new HashSet<>();
    private long droppedBefore;
    private final Map<SessionId, SessionListener> listeners = new HashMap<>();
    private final RateLimitedLog foreign;
    private final @Nullable QueueBudget queued;

    private EmbeddedBroker(EventLoop loop, BrokerConfig config, boolean sharesControl) {
        this.loop = loop;
        this.config = config;
        this.core = new BrokerCore(config.limits());
        this.foreign = new RateLimitedLog(LoggerFactory.getLogger(EmbeddedBroker.class), loop.ticker());
        this.queued = config.limits().queued() == Long.MAX_VALUE
                ? null
                : new QueueBudget(config.limits().queued());
        this.eventsThrottle = throttle(config.limits().eventsPerSession(), EVENT_BYTES);
        this.controlThrottle = throttle(config.limits().controlPerSession(), CONTROL_BYTES);
        // First of all: without it every key would be admitted.
        this.zap = ZapAuthenticator.start(loop, registry);
        this.sharedControl = sharesControl
                ? bind(SocketRole.CONTROL_SERVER, config.controlPort(), CONTROL_DOMAIN, null, this::onControl)
                : null;
    }

    private @Nullable ReadThrottle throttle(long perSecond, long bytesPerToken) {
        return perSecond == 0
                ? null
                : new ReadThrottle(
                        loop,
                        perSecond,
                        bytesPerToken,
                        config.limits().message().maxWaiting());
    }

    /**
     * Starts a broker in this loop; a loop has one at most. Loop thread only.
     *
     * @throws io.rankmq.transport.TransportException if an address or port cannot be bound
     */
    public static EmbeddedBroker start(EventLoop loop, BrokerConfig config) {
        return new EmbeddedBroker(loop, config, true);
    }

    /**
     * Starts a broker in which each session has a control port of its own. So ranks cannot reach it before their session is open, and none is refused
     * because its key is not registered again after a restart. Loop thread only.
     */
    static EmbeddedBroker forSessions(EventLoop loop, BrokerConfig config) {
        return new EmbeddedBroker(loop, config, false);
    }

    /**
     * Opens a session: from now on the keys of its ranks are admitted, and what they send goes to the listener.
     *
     * @throws BrokerException if the session is open already or beyond the limits
     */
    public SessionPort open(SessionRegistration registration, SessionListener listener) {
        return open(registration, listener, 0);
    }

    /** As the other, with the port on which the ranks hear commands; 0 for any. The next ones are for their events and control. */
    SessionPort open(SessionRegistration registration, SessionListener listener, int commandsPort) {
        SessionId id = BrokerCore.idOf(registration);
        Map<String, String> identities = core.register(registration);
        try {
            Set<String> control = controlDomains(id);
            Set<String> all = new HashSet<>(control);
            all.addAll(Set.of("events/" + id, "commands/" + id));
            registry.register(id.toString(), all, identities);
            if (registration.joinKey() != null) {
                // For the control port only: who has this key can neither hear commands nor send events.
                registry.register(id.toString(), control, Map.of(registration.joinKey(), BrokerCore.joinIdentity(id)));
            }
            EmbeddedPort port = bindPorts(id, commandsPort, listener);
            listeners.put(id, listener);
            return port;
        } catch (RuntimeException e) {
            release(id, sharedControl);
            throw e;
        }
    }

    private String controlDomain(SessionId id) {
        return sharedControl == null ? CONTROL_DOMAIN + "/" + id : CONTROL_DOMAIN;
    }

    /** The one in common as well, though no socket may have it: in it a key is of one session only. */
    private Set<String> controlDomains(SessionId id) {
        return sharedControl == null ? Set.of(CONTROL_DOMAIN, controlDomain(id)) : Set.of(CONTROL_DOMAIN);
    }

    private EmbeddedPort bindPorts(SessionId id, int port, SessionListener listener) {
        for (int attempt = 1; ; attempt++) {
            WireSocket commands = bind(SocketRole.COMMAND_SERVER, port, "commands/" + id, null, message -> {});
            try {
                return bindNext(id, commands, listener);
            } catch (TransportException taken) {
                commands.close();
                if (port != 0 || attempt == ATTEMPTS) {
                    throw taken;
                }
            }
        }
    }

    private EmbeddedPort bindNext(SessionId id, WireSocket commands, SessionListener listener) {
        String endpoint = commands.endpoint();
        int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
        WireSocket events = bind(SocketRole.EVENT_SERVER, port + 1, "events/" + id, eventsThrottle, this::onEvent);
        WireSocket control;
        try {
            control = sharedControl != null
                    ? sharedControl
                    : bind(SocketRole.CONTROL_SERVER, port + 2, controlDomain(id), controlThrottle, this::onControl);
        } catch (TransportException taken) {
            events.close();
            throw taken;
        }
        events.onHeld(() -> listener.onHeld(true));
        ofSessions.add(events);
        if (control != sharedControl) {
            control.onHeld(() -> listener.onHeld(false));
            ofSessions.add(control);
        }
        return new EmbeddedPort(this, id, commands, events, control);
    }

    /** Messages that were dropped because no open session has their sender, or because they were unidentified or too large. */
    public long dropped() {
        return core.foreign()
                + (sharedControl == null ? 0 : sharedControl.dropped())
                + droppedBefore
                + ofSessions.stream().mapToLong(WireSocket::dropped).sum();
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

    String serverKey() {
        return config.keys().publicKey();
    }

    String advertised(String endpoint) {
        return "tcp://" + config.advertisedAddress() + endpoint.substring(endpoint.lastIndexOf(':'));
    }

    /** Closes a socket that only that session has. */
    void close(WireSocket socket) {
        if (ofSessions.remove(socket)) {
            droppedBefore += socket.dropped();
            socket.close();
        }
    }

    void release(SessionId id, @Nullable WireSocket control) {
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
