// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bare;

import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Sockets with CURVE or without, as both ends of {@link BulkParent} make them. */
final class BulkSockets {
    /** In the place of a key: there is none. */
    static final String NO_KEY = "-";

    private final ZContext context;
    private final CurveSockets curve;

    BulkSockets(ZContext context) {
        this.context = context;
        curve = new CurveSockets(context);
    }

    String publicKey() {
        return curve.publicKey();
    }

    ZMQ.Socket bind(SocketType type, String address, boolean withCurve) {
        if (withCurve) {
            return curve.bind(type, address);
        }
        ZMQ.Socket socket = CurveSockets.unbounded(context, type);
        socket.bind("tcp://" + address + ":*");
        return socket;
    }

    ZMQ.Socket connect(SocketType type, String endpoint, String serverKey) {
        if (!serverKey.equals(NO_KEY)) {
            return curve.connect(type, endpoint, serverKey);
        }
        ZMQ.Socket socket = CurveSockets.unbounded(context, type);
        socket.connect(endpoint);
        return socket;
    }
}
