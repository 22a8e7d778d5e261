// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bare;

import java.nio.charset.StandardCharsets;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Sockets with CURVE and a fresh key pair. */
final class CurveSockets {
    private final ZContext context;
    private final ZMQ.Curve.KeyPair keys = ZMQ.Curve.generateKeyPair();

    CurveSockets(ZContext context) {
        this.context = context;
    }

    String publicKey() {
        return keys.publicKey;
    }

    ZMQ.Socket bind(SocketType type) {
        return bind(type, "127.0.0.1");
    }

    ZMQ.Socket bind(SocketType type, String address) {
        ZMQ.Socket socket = create(type);
        socket.setCurveServer(true);
        socket.bind("tcp://" + address + ":*");
        return socket;
    }

    ZMQ.Socket connect(SocketType type, String endpoint, String serverKey) {
        ZMQ.Socket socket = create(type);
        socket.setCurveServerKey(ascii(serverKey));
        socket.connect(endpoint);
        return socket;
    }

    private ZMQ.Socket create(SocketType type) {
        ZMQ.Socket socket = unbounded(context, type);
        socket.setCurvePublicKey(ascii(keys.publicKey));
        socket.setCurveSecretKey(ascii(keys.secretKey));
        return socket;
    }

    /** A finite mark loses plaintext under CURVE, and a full one messages. */
    static ZMQ.Socket unbounded(ZContext context, SocketType type) {
        ZMQ.Socket socket = context.createSocket(type);
        socket.setRcvHWM(0);
        socket.setSndHWM(0);
        socket.setLinger(0);
        return socket;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
