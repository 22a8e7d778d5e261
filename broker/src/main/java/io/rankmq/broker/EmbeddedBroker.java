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
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.WireSocket;
import io.rankmq.transport.ZapAuthenticator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.LoggerFactory;

/**
 * A broker inside the parent: its sockets are bound in the parent's own loop, so a message pays no further hop and no hand-over between
 * threads. One ROUTER and one PULL serve all sessions, each session has an XPUB of its own. All methods belong to the loop thread; the
 * sockets live as long as the loop.
 */
public final class EmbeddedBroker {

    private static final String CONTROL_DOMAIN = "control";
    private static final String EVENTS_DOMAIN = "events";

    private final EventLoop loop;
    private final BrokerConfig config;
    private final BrokerCore core;
    private final KeyRegistry registry = new KeyRegistry();
    private final ZapAuthenticator zap;
    private final WireSocket control;
    private final WireSocket events;
    private final Map<SessionId, SessionListener> listeners = new HashMap<>();
    private final RateLimitedLog foreign;

    private EmbeddedBroker(EventLoop loop, BrokerConfig config) {
        this.loop = loop;
        this.config = config;
        this.core = new BrokerCore(config.limits());
        this.foreign = new RateLimitedLog(LoggerFactory.getLogger(EmbeddedBroker.class), loop.ticker());
        // First of all: without it every key would be admitted.
        this.zap = ZapAuthenticator.start(loop, registry);
        this.control = bind(SocketRole.CONTROL_SERVER, config.controlPort(), CONTROL_DOMAIN, this::onControl);
        this.events = bind(SocketRole.EVENT_SERVER, config.eventsPort(), EVENTS_DOMAIN, this::onEvent);
    }

    /**
     * Starts a broker in this loop; a loop has one at most. Loop thread only.
     *
     * @throws io.rankmq.transport.TransportException if an address or port cannot be bound
     */
    public static EmbeddedBroker start(EventLoop loop, BrokerConfig config) {
        return new EmbeddedBroker(loop, config);
    }

    /**
     * Opens a session: from now on the keys of its ranks are admitted, and what they send goes to the listener.
     *
     * @throws BrokerException if the session is open already or beyond the limits
     */
    public SessionPort open(SessionRegistration registration, SessionListener listener) {
        SessionId id = BrokerCore.idOf(registration);
        Map<String, String> identities = core.register(registration);
        String commandsDomain = "commands/" + id;
        try {
            registry.register(id.toString(), Set.of(CONTROL_DOMAIN, EVENTS_DOMAIN, commandsDomain), identities);
            WireSocket commands = bind(SocketRole.COMMAND_SERVER, 0, commandsDomain, message -> {});
            listeners.put(id, listener);
            return new EmbeddedPort(this, id, commands);
        } catch (RuntimeException e) {
            release(id);
            throw e;
        }
    }

    /** Messages that were dropped because no open session has their sender, or because they were unidentified or too large. */
    public long dropped() {
        return core.foreign() + control.dropped() + events.dropped();
    }

    /** Handshakes that were refused. */
    public long refused() {
        return zap.refused();
    }

    BrokerCore core() {
        return core;
    }

    WireSocket control() {
        return control;
    }

    String serverKey() {
        return config.keys().publicKey();
    }

    String controlEndpoint() {
        return advertised(control);
    }

    String eventsEndpoint() {
        return advertised(events);
    }

    String advertised(WireSocket socket) {
        String endpoint = socket.endpoint();
        return "tcp://" + config.advertisedAddress() + endpoint.substring(endpoint.lastIndexOf(':'));
    }

    void release(SessionId id) {
        listeners.remove(id);
        registry.unregister(id.toString());
        core.unregister(id);
    }

    private void onControl(Incoming message) {
        Sender sender = core.senderOf(Channel.CONTROL, message.peer());
        if (sender == null) {
            warnForeign(message);
        } else {
            listener(sender).onControl(sender.rank(), message.frames());
        }
    }

    private void onEvent(Incoming message) {
        Sender sender = core.senderOf(Channel.EVENTS, message.peer());
        if (sender == null) {
            warnForeign(message);
        } else {
            listener(sender).onEvent(sender.rank(), message.frames());
        }
    }

    private SessionListener listener(Sender sender) {
        SessionListener listener = listeners.get(sender.session());
        if (listener == null) {
            throw new IllegalStateException("session " + sender.session() + " has no listener");
        }
        return listener;
    }

    private void warnForeign(Incoming message) {
        foreign.warn("Dropped a message from {}, which is of no open session", message.peer());
    }

    private WireSocket bind(SocketRole role, int port, String domain, MessageHandler handler) {
        WireSocket.Bind where = new WireSocket.Bind(config.bindAddress(), port, domain, config.keys());
        return WireSocket.bind(loop, role, where, zap, config.limits().message(), handler);
    }
}
