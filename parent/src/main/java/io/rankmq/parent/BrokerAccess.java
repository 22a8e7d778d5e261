// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.BrokerException;
import io.rankmq.broker.EmbeddedBroker;
import io.rankmq.broker.RemoteBroker;
import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.broker.SessionListener;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Where a session's broker is. {@link #embedded} suits ranks on this machine; {@link #embeddedAt} ranks elsewhere that can reach this
 * machine; {@link #standalone} ranks and parents that can both reach a third one. Immutable.
 */
public abstract class BrokerAccess {
    private BrokerAccess() {}

    /** In this process, for ranks on this machine. */
    public static BrokerAccess embedded() {
        return new Embedded(BrokerConfig.loopback());
    }

    /**
     * In this process, for ranks anywhere.
     *
     * @param address numeric IPv4 address of this machine, as the ranks' hosts see it
     */
    public static BrokerAccess embeddedAt(String address) {
        return new Embedded(BrokerConfig.reachableAt(address));
    }

    /** In a process of its own, started by {@code rankmq broker}. */
    public static BrokerAccess standalone(RemoteBrokerConfig config) {
        return new Standalone(config);
    }

    /** Opens a session; not from the loop thread. Fails with a {@link BrokerException}. */
    SessionPort open(EventLoop loop, SessionRegistration registration, SessionListener listener)
            throws InterruptedException {
        Opening opening = loop.call(() -> begin(loop, registration, listener), SessionRuntime.SLACK);
        try {
            return opening.port().get(openWithin().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new BrokerException(loop.call(opening.whySilent()::get, SessionRuntime.SLACK));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BrokerException refused) {
                throw refused;
            }
            throw new IllegalStateException("the broker failed within", e.getCause());
        }
    }

    abstract Duration openWithin();

    abstract Opening begin(EventLoop loop, SessionRegistration registration, SessionListener listener);

    /** A session that is being opened; {@code whySilent} is asked for its text if nothing comes of it. */
    record Opening(CompletableFuture<SessionPort> port, Supplier<String> whySilent) {}

    private static final class Embedded extends BrokerAccess {
        private final BrokerConfig config;

        Embedded(BrokerConfig config) {
            this.config = config;
        }

        @Override
        Duration openWithin() {
            return SessionRuntime.SLACK;
        }

        @Override
        Opening begin(EventLoop loop, SessionRegistration registration, SessionListener listener) {
            SessionPort port = EmbeddedBroker.start(loop, config).open(registration, listener);
            return new Opening(CompletableFuture.completedFuture(port), () -> "");
        }
    }

    private static final class Standalone extends BrokerAccess {
        private final RemoteBrokerConfig config;

        Standalone(RemoteBrokerConfig config) {
            this.config = config;
        }

        @Override
        Duration openWithin() {
            return config.lease();
        }

        @Override
        Opening begin(EventLoop loop, SessionRegistration registration, SessionListener listener) {
            RemoteBroker broker = RemoteBroker.connect(loop, config);
            return new Opening(broker.open(registration, listener), broker::silence);
        }
    }
}
