// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.channels.SelectableChannel;
import java.nio.charset.StandardCharsets;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;
import zmq.ZError;

/** Every socket option, in one place; the numbers in brackets are the rules of docs/jeromq.md. */
final class SocketOptions {

    /** Messages waiting for one peer: above the protocol's windows of 1,024, so that a full queue means a peer that does not read. */
    private static final int SEND_QUEUE = 4096;

    /** Above the protocol's windows as well: only who has none reaches it. */
    private static final int RECEIVE_MARK = 1280;

    static final long FIRST_IO_THREAD = 1;

    static final int LINGER_MILLIS = 500;
    private static final int RECONNECT_MILLIS = 50;
    private static final int RECONNECT_MAX_MILLIS = 1000;
    private static final int HANDSHAKE_MILLIS = 10_000;
    private static final int BACKLOG = 1024;

    private SocketOptions() {}

    static ZMQ.Socket create(EventLoop loop, SocketRole role, Inflow inflow) {
        ZMQ.Socket socket = loop.context().createSocket(role.type);
        // [1] A finite mark loses plaintext under CURVE.
        socket.setRcvHWM(0);
        // What waits for a parent is bounded in bytes by the broker; a session may have more ranks than any mark.
        socket.setSndHWM(role == SocketRole.LINK_SERVER ? 0 : SEND_QUEUE);
        // [4] Before authentication a peer can announce a frame of any size.
        socket.setMaxMsgSize(role.maxFrame);
        socket.setMsgAllocator(inflow);
        // [7] Lingering for nothing would lose the last message.
        socket.setLinger(LINGER_MILLIS);
        socket.setHandshakeIvl(HANDSHAKE_MILLIS);
        socket.setTCPKeepAlive(1);
        if (role.type == SocketType.SUB) {
            socket.subscribe(ZMQ.SUBSCRIPTION_ALL);
        }
        // [8] Subscribers of an XPUB share one message object, so they have one I/O thread. What comes in without being
        // asked for has another.
        socket.setAffinity(role == SocketRole.EVENT_SERVER ? 1L << (loop.ioThreads() - 1) : FIRST_IO_THREAD);
        if (role.type == SocketType.ROUTER) {
            // [3] Safe because the identity comes from the authenticator.
            socket.setRouterHandover(true);
            socket.setRouterMandatory(true);
        }
        return socket;
    }

    /** Lets a peer be stopped by not reading the socket, at the cost of a message each time [1]. */
    static void stopAtMark(ZMQ.Socket socket) {
        socket.setRcvHWM(RECEIVE_MARK);
    }

    static void server(ZMQ.Socket socket, WireSocket.Bind bind) {
        socket.setBacklog(BACKLOG);
        socket.setCurveServer(true);
        socket.setCurvePublicKey(ascii(bind.keys().publicKey()));
        socket.setCurveSecretKey(ascii(bind.keys().secretKey()));
        socket.setZapDomain(bind.domain());
    }

    /** Binds and gives the real endpoint. */
    static String bind(ZMQ.Socket socket, WireSocket.Bind bind) {
        String address = "tcp://" + bind.address() + ":" + (bind.port() == 0 ? "*" : bind.port());
        try {
            socket.bind(address);
        } catch (ZMQException e) {
            throw new TransportException("cannot bind " + address + ": " + ZError.toString(e.getErrorCode()));
        } catch (IllegalArgumentException e) {
            throw new TransportException("cannot bind " + address + ": it is no numeric address with a port");
        }
        return socket.getLastEndpoint();
    }

    static void connect(EventLoop loop, ZMQ.Socket socket, SocketRole role, WireSocket.Connect connect) {
        socket.setReconnectIVL(RECONNECT_MILLIS);
        socket.setReconnectIVLMax(RECONNECT_MAX_MILLIS);
        socket.setCurveServerKey(ascii(connect.serverKey()));
        socket.setCurvePublicKey(ascii(connect.keys().publicKey()));
        socket.setCurveSecretKey(ascii(connect.keys().secretKey()));
        // The same as the authenticator gives, so that it does not matter which of the two JeroMQ reads last.
        if (!connect.identity().isEmpty()) {
            socket.setIdentity(ascii(connect.identity()));
        }
        socket.base().setEventHook(event -> loop.connected((SelectableChannel) event.arg), ZMQ.EVENT_CONNECTED);
        try {
            if (!socket.connect(connect.endpoint())) {
                throw new TransportException("cannot connect to " + connect.endpoint() + ": "
                        + ZError.toString(socket.base().errno()));
            }
        } catch (ZMQException | IllegalArgumentException e) {
            throw new TransportException("cannot connect to " + connect.endpoint()
                    + ": it must be tcp://address:port with a numeric address");
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
