// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import io.rankmq.transport.ZapAuthenticator;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The data port of one session inside its parent, wherever the broker is. */
public final class EmbeddedDataPort implements DataPort {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDataPort.class);
    private static final Duration START = Duration.ofSeconds(10);
    private static final String DOMAIN = "data";

    private final EventLoop loop;
    private final BrokerConfig config;
    private final Map<String, Integer> ranks = new HashMap<>();
    private final Map<Integer, String> identities = new HashMap<>();
    private final Listener listener;
    private @Nullable WireSocket socket;

    private EmbeddedDataPort(EventLoop loop, BrokerConfig config, Listener listener) {
        this.loop = loop;
        this.config = config;
        this.listener = listener;
    }

    /**
     * Binds the port; any free one of the broker's address, with the broker's keys.
     *
     * @throws io.rankmq.transport.TransportException if it cannot be bound
     */
    public static EmbeddedDataPort start(BrokerConfig config, SessionRegistration registration, Listener listener) {
        EventLoop loop = EventLoop.start(
                "rankmq-data",
                Ticker.system(),
                bug -> LOG.error("The data port is lost; tasks with large values fail", bug));
        try {
            EmbeddedDataPort port = new EmbeddedDataPort(loop, config, listener);
            loop.call(
                    () -> {
                        port.bind(registration);
                        return true;
                    },
                    START);
            return port;
        } catch (RuntimeException failed) {
            loop.close();
            throw failed;
        }
    }

    @Override
    public String endpoint() {
        String bound = Objects.requireNonNull(socket).endpoint();
        return "tcp://" + config.advertisedAddress() + bound.substring(bound.lastIndexOf(':'));
    }

    @Override
    public String serverKey() {
        return config.keys().publicKey();
    }

    @Override
    public EventLoop loop() {
        return loop;
    }

    @Override
    public boolean send(int rank, List<ByteBuffer> frames) {
        String identity = identities.get(rank);
        return identity != null && Objects.requireNonNull(socket).send(identity, frames);
    }

    @Override
    public void rebuild() {
        // The ranks connect, and do it again.
    }

    @Override
    public void close() {
        loop.close();
    }

    private void bind(SessionRegistration registration) {
        KeyRegistry registry = new KeyRegistry();
        ZapAuthenticator zap = ZapAuthenticator.start(loop, registry);
        String session = registration.session() + "/" + registration.incarnation();
        Map<String, String> keys = new HashMap<>();
        registration.publicKeys().forEach((rank, key) -> {
            String identity = session + "/" + rank;
            keys.put(key, identity);
            ranks.put(identity, rank);
            identities.put(rank, identity);
        });
        registry.register(session, Set.of(DOMAIN), keys);
        WireSocket.Bind where = new WireSocket.Bind(config.bindAddress(), 0, DOMAIN, config.keys());
        socket = WireSocket.bind(
                loop, SocketRole.CONTROL_SERVER, where, zap, config.limits().message(), this::onMessage);
    }

    private void onMessage(Incoming message) {
        Integer rank = ranks.get(message.peer());
        if (rank != null) {
            listener.onData(rank, message.frames());
        }
    }
}
