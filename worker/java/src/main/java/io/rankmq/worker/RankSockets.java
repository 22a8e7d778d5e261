// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.MessageHandler;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.BiConsumer;

/** The three sockets of a rank. Loop thread only. */
final class RankSockets {
    private final WireSocket commands;
    private final WireSocket control;
    private final WireSocket events;

    private RankSockets(WireSocket commands, WireSocket control, WireSocket events) {
        this.commands = commands;
        this.control = control;
        this.events = events;
    }

    /**
     * Connects them in the background.
     *
     * @throws io.rankmq.transport.TransportException if an endpoint is none
     */
    static RankSockets connect(
            EventLoop loop, BootstrapDocument document, int rank, BiConsumer<Channel, Incoming> handler) {
        MessageHandler direct = message -> handler.accept(Channel.DIRECT, message);
        MessageHandler broadcast = message -> handler.accept(Channel.BROADCAST, message);
        // Control first: WELCOME is the first thing to wait for.
        WireSocket control = connect(loop, SocketRole.CONTROL_CLIENT, document.control(), document, rank, direct);
        WireSocket commands = connect(loop, SocketRole.COMMAND_CLIENT, document.commands(), document, rank, broadcast);
        WireSocket events = connect(loop, SocketRole.EVENT_CLIENT, document.events(), document, rank, direct);
        return new RankSockets(commands, control, events);
    }

    /** False: the queue is full and nothing was sent. */
    boolean sendControl(List<ByteBuffer> frames) {
        return control.send(frames);
    }

    /** False: the queue is full and nothing was sent. */
    boolean sendEvent(List<ByteBuffer> frames) {
        return events.send(frames);
    }

    /** How long ago a part of a body began to arrive on a channel; see {@link WireSocket#nanosSinceBody}. */
    long nanosSinceBody(Channel channel) {
        return (channel == Channel.BROADCAST ? commands : control).nanosSinceBody();
    }

    void close() {
        commands.close();
        control.close();
        events.close();
    }

    private static WireSocket connect(
            EventLoop loop,
            SocketRole role,
            String endpoint,
            BootstrapDocument document,
            int rank,
            MessageHandler handler) {
        String identity = document.session() + "/" + document.incarnation() + "/" + rank;
        WireSocket.Connect where =
                new WireSocket.Connect(endpoint, document.serverKey(), document.keysOf(rank), identity);
        return WireSocket.connect(loop, role, where, MessageBounds.DEFAULT, handler);
    }
}
