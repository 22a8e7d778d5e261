// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import io.rankmq.security.CurveKeyPair;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.zeromq.ZMQ;
import zmq.Msg;

/**
 * A ZeroMQ socket with CURVE in one of the {@linkplain SocketRole roles}. All methods belong to the loop thread, except {@link #endpoint}.
 * Sending never blocks and never copies: the frames' bytes must not change after they were sent.
 */
public final class WireSocket implements AutoCloseable {

    static final long MAX_FRAME = 1 << 20;
    static final long MAX_SUBSCRIPTION = 1024;

    private final EventLoop loop;
    private final SocketRole role;
    private final PolledSocket socket;
    private final Receiver receiver;
    private final String endpoint;
    private @Nullable QueueBudget budget;
    /** By peer; a socket that chooses none has one for all. */
    private final Map<String, Outflow> outflows = new HashMap<>();

    /**
     * Where and how to bind.
     *
     * @param address a numeric IPv4 address of this machine, or 0.0.0.0
     * @param port a port, or 0 for any that is free
     * @param domain name of this port in the {@link KeyRegistry}: which keys are admitted
     * @param keys the broker's keys
     */
    public record Bind(String address, int port, String domain, CurveKeyPair keys) {}

    /**
     * Where and how to connect.
     *
     * @param endpoint {@code tcp://address:port}, the address numeric IPv4
     * @param serverKey the broker's public key (Z85)
     * @param keys this peer's keys
     * @param identity the identity that the broker has registered with {@code keys}; empty if that is a shared one
     */
    public record Connect(String endpoint, String serverKey, CurveKeyPair keys, String identity) {}

    private WireSocket(EventLoop loop, SocketRole role, ZMQ.Socket socket, Receiver receiver, String endpoint) {
        this.loop = loop;
        this.role = role;
        this.receiver = receiver;
        this.endpoint = endpoint;
        this.socket = new PolledSocket(loop.poller(), socket, receiver::drain);
    }

    /**
     * Binds a socket of a server role. Loop thread only.
     *
     * @param zap the running authenticator of the same loop; there is no way to bind without one
     * @throws TransportException if the address cannot be bound; the message says which and why
     * @throws IllegalStateException if the authenticator was closed
     */
    public static WireSocket bind(
            EventLoop loop,
            SocketRole role,
            Bind bind,
            ZapAuthenticator zap,
            MessageBounds bounds,
            MessageHandler handler) {
        return bind(loop, role, bind, zap, bounds, null, handler);
    }

    /** As the other, for a socket that is read no faster than {@code throttle} says. */
    public static WireSocket bind(
            EventLoop loop,
            SocketRole role,
            Bind bind,
            ZapAuthenticator zap,
            MessageBounds bounds,
            @Nullable ReadThrottle throttle,
            MessageHandler handler) {
        loop.checkInLoop();
        zap.checkGuards(loop);
        if (!role.binds) {
            throw new IllegalArgumentException(role + " connects, it does not bind");
        }
        QueueBudget shared = throttle == null ? null : throttle.waiting();
        Inflow inflow = new Inflow(role.maxFrame, bounds.maxWaiting(), shared, loop.ticker());
        ReadGate gate = throttle == null ? null : throttle.gate(inflow);
        ZMQ.Socket socket = SocketOptions.create(loop, role, inflow);
        try {
            if (gate != null) {
                SocketOptions.stopAtMark(socket);
            }
            SocketOptions.server(socket, bind);
            String endpoint = SocketOptions.bind(socket, bind);
            Receiver receiver =
                    new Receiver(role, zap.identityProperty(), bounds, inflow, gate, handler, loop.ticker());
            return new WireSocket(loop, role, socket, receiver, endpoint);
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /**
     * Connects a socket of a client role; the connection itself is made, and made again, in the background. Loop thread only.
     *
     * @throws TransportException if the endpoint is none
     */
    public static WireSocket connect(
            EventLoop loop, SocketRole role, Connect connect, MessageBounds bounds, MessageHandler handler) {
        loop.checkInLoop();
        if (role.binds) {
            throw new IllegalArgumentException(role + " binds, it does not connect");
        }
        Inflow inflow = new Inflow(role.maxFrame, bounds.maxWaiting(), loop.ticker());
        ZMQ.Socket socket = SocketOptions.create(loop, role, inflow);
        try {
            SocketOptions.connect(loop, socket, role, connect);
            Receiver receiver = new Receiver(role, "", bounds, inflow, null, handler, loop.ticker());
            return new WireSocket(loop, role, socket, receiver, connect.endpoint());
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** {@code tcp://address:port} that this socket is bound or connected to; the port is the real one. Any thread. */
    public String endpoint() {
        return endpoint;
    }

    /**
     * Sends a message to the broker, or to all subscribers. False: nothing was sent, because the queue is full.
     */
    public boolean send(List<ByteBuffer> frames) {
        if (role.routes()) {
            throw new IllegalStateException(role + " sends to one peer, so it must be named");
        }
        loop.checkInLoop();
        Outflow outflow = outflow("");
        return (outflow == null || outflow.hasRoom(frames)) && sendParts(frames, outflow);
    }

    /** Sends a message to one peer. False: nothing was sent, because the peer is not connected or its queue is full. */
    public boolean send(String peer, List<ByteBuffer> frames) {
        if (!role.routes()) {
            throw new IllegalStateException(role + " cannot choose a peer");
        }
        loop.checkInLoop();
        Outflow outflow = outflow(peer);
        // The routing frame is refused before anything is queued if the peer is unknown or its queue full.
        return (outflow == null || outflow.hasRoom(frames))
                && socket.send(new Msg(routing(peer)), true)
                && sendParts(frames, outflow);
    }

    /** Bounds what waits in this socket's queues, from now on. */
    public void bound(QueueBudget sharedBudget) {
        loop.checkInLoop();
        budget = sharedBudget;
    }

    /** Nothing will be sent to that peer any more. */
    public void forget(String peer) {
        loop.checkInLoop();
        Outflow outflow = outflows.remove(peer);
        if (outflow != null) {
            outflow.close();
        }
    }

    private @Nullable Outflow outflow(String peer) {
        QueueBudget shared = budget;
        // Connections with a shared key come and go by numbers; what is sent to them is bounded by who sends.
        return shared == null || peer.startsWith(KeyRegistry.SHARED)
                ? null
                : outflows.computeIfAbsent(peer, any -> new Outflow(shared));
    }

    /**
     * How long ago a part of a message's body began to arrive here, from whomever, in nanoseconds; {@link Long#MAX_VALUE} if none has. A peer that
     * sends a large message over a slow line can say nothing else meanwhile, and is not silent.
     */
    public long nanosSinceBody() {
        return receiver.nanosSinceBody();
    }

    /** Messages that were received and thrown away, for whatever reason; each kind was logged. */
    public long dropped() {
        return receiver.dropped();
    }

    /** Says what to call, on the loop thread, whenever the throttle holds this socket back. */
    public void onHeld(Runnable listener) {
        receiver.onHeld(listener);
    }

    /** For how many nanoseconds this socket was held back by its throttle so far. */
    public long heldNanos() {
        return receiver.heldNanos();
    }

    /** Closes the socket; what was sent still goes out, if the peer takes it soon. Idempotent. */
    @Override
    public void close() {
        loop.checkInLoop();
        outflows.values().forEach(Outflow::close);
        outflows.clear();
        socket.close();
        receiver.close();
    }

    private static byte[] routing(String peer) {
        return peer.getBytes(StandardCharsets.US_ASCII);
    }

    private boolean sendParts(List<ByteBuffer> frames, @Nullable Outflow outflow) {
        if (frames.isEmpty()) {
            throw new IllegalArgumentException("a message has at least one frame");
        }
        int last = frames.size() - 1;
        for (int i = 0; i <= last; i++) {
            // slice: JeroMQ counts from the start of the buffer whatever its position is.
            Msg part = outflow == null ? new Msg(frames.get(i).slice()) : outflow.part(frames.get(i));
            boolean sent = socket.send(part, i < last);
            if (outflow != null) {
                outflow.sent(part);
            }
            if (!sent) {
                if (i > 0) {
                    throw new IllegalStateException("a message was cut in the middle, which JeroMQ promises not to do");
                }
                return false;
            }
        }
        return true;
    }
}
