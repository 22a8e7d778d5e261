// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.transport.KeyRegistry;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A session of the {@link EmbeddedBroker}: calls go straight to the sockets. */
final class EmbeddedPort implements SessionPort {

    private final EmbeddedBroker broker;
    private final SessionId id;
    private final WireSocket commands;
    private final WireSocket events;
    private final WireSocket control;
    private @Nullable SessionTraffic last;

    EmbeddedPort(EmbeddedBroker broker, SessionId id, WireSocket commands, WireSocket events, WireSocket control) {
        this.broker = broker;
        this.id = id;
        this.commands = commands;
        this.events = events;
        this.control = control;
    }

    @Override
    public String commandsEndpoint() {
        return broker.advertised(commands.endpoint());
    }

    @Override
    public String controlEndpoint() {
        return broker.advertised(control.endpoint());
    }

    @Override
    public String eventsEndpoint() {
        return broker.advertised(events.endpoint());
    }

    @Override
    public String serverKey() {
        return broker.serverKey();
    }

    @Override
    public void broadcast(List<ByteBuffer> frames) {
        broker.core().broadcast(id, commands.send(frames));
    }

    @Override
    public boolean send(int rank, List<ByteBuffer> frames) {
        boolean sent = control.send(broker.core().identityOf(id, rank), frames);
        broker.core().unicast(id, sent);
        return sent;
    }

    @Override
    public boolean sendToClaimant(String claimant, List<ByteBuffer> frames) {
        return control.send(BrokerCore.joinIdentity(id) + KeyRegistry.CONNECTION + claimant, frames);
    }

    @Override
    public long reachableNanos() {
        return control.nanosSinceBody();
    }

    @Override
    public long eventsHeldNanos() {
        return events.heldNanos();
    }

    @Override
    public long controlHeldNanos() {
        return control.heldNanos();
    }

    @Override
    public SessionTraffic traffic() {
        return last == null ? broker.core().trafficOf(id) : last;
    }

    @Override
    public void close() {
        if (last == null) {
            last = broker.core().trafficOf(id);
            broker.release(id, control);
            commands.close();
            broker.close(events);
            broker.close(control);
        }
    }
}
