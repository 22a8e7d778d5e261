// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.BrokerException;
import io.rankmq.broker.DataPort;
import io.rankmq.broker.EmbeddedBroker;
import io.rankmq.broker.EmbeddedDataPort;
import io.rankmq.broker.RemoteBroker;
import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.broker.SessionListener;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.transport.EventLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

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

    /**
     * In a process of its own, started by {@code rankmq broker}. Large values go through memory that ranks share with this process, else through the
     * broker, in the messages.
     */
    public static BrokerAccess standalone(RemoteBrokerConfig config) {
        return new Standalone(config, null);
    }

    /**
     * The same, where ranks can reach this machine as well: large values do not go through the broker then.
     *
     * @param address numeric IPv4 address of this machine, as the ranks' hosts see it
     */
    public static BrokerAccess standalone(RemoteBrokerConfig config, String address) {
        return new Standalone(config, address);
    }

    /** Begins to connect; whether the broker is there shows when a session is opened. Loop thread only, once a loop. */
    abstract Connection connect(EventLoop loop);

    /** A session's connection to its broker, for all its incarnations. All methods belong to the loop thread. */
    interface Connection {

        /** Opens one incarnation; fails with a {@link BrokerException} if the broker refuses it. The caller sets the deadline. */
        CompletableFuture<SessionPort> open(SessionRegistration registration, SessionListener listener);

        /** Whether ranks that share no memory with this process can reach the data port. */
        boolean isDataReachable();

        /** Opens the data port of one incarnation. Not from the loop thread. */
        DataPort openData(SessionRegistration registration, DataPort.Listener listener);

        /** How long opening may take. */
        Duration openWithin();

        /** What is wrong if nothing comes of opening: for a sentence. */
        String whySilent();
    }

    private static final class Embedded extends BrokerAccess {
        private final BrokerConfig config;

        Embedded(BrokerConfig config) {
            this.config = config;
        }

        @Override
        Connection connect(EventLoop loop) {
            return new InProcess(EmbeddedBroker.start(loop, config), config);
        }
    }

    private static final class Standalone extends BrokerAccess {
        private final RemoteBrokerConfig config;
        private final @Nullable String address;

        Standalone(RemoteBrokerConfig config, @Nullable String address) {
            this.config = config;
            this.address = address;
        }

        @Override
        Connection connect(EventLoop loop) {
            return new Linked(RemoteBroker.connect(loop, config), config.lease(), address);
        }
    }

    private record InProcess(EmbeddedBroker broker, BrokerConfig config) implements Connection {
        @Override
        public CompletableFuture<SessionPort> open(SessionRegistration registration, SessionListener listener) {
            return CompletableFuture.completedFuture(broker.open(registration, listener));
        }

        @Override
        public boolean isDataReachable() {
            return true;
        }

        @Override
        public DataPort openData(SessionRegistration registration, DataPort.Listener listener) {
            return EmbeddedDataPort.start(config, registration, listener);
        }

        @Override
        public Duration openWithin() {
            return SessionRuntime.SLACK;
        }

        @Override
        public String whySilent() {
            return "the embedded broker does not answer";
        }
    }

    private record Linked(
            RemoteBroker broker,
            Duration openWithin,
            @Nullable String address) implements Connection {
        @Override
        public CompletableFuture<SessionPort> open(SessionRegistration registration, SessionListener listener) {
            return broker.open(registration, listener);
        }

        @Override
        public boolean isDataReachable() {
            return address != null;
        }

        @Override
        public DataPort openData(SessionRegistration registration, DataPort.Listener listener) {
            BrokerConfig here = address == null ? BrokerConfig.loopback() : BrokerConfig.reachableAt(address);
            return EmbeddedDataPort.start(here, registration, listener);
        }

        @Override
        public String whySilent() {
            return broker.silence();
        }
    }
}
