// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * A rank of the bare loop. What comes on SUB goes back on DEALER; {@code post N} on standard input sends N messages on PUSH, {@code exchange
 * N} sends N on DEALER, each after the last was answered. Arguments: the endpoints for SUB, DEALER and PUSH, and the server's public key.
 */
final class BareRank {
    private BareRank() {}

    /** Ends with its standard input, whose other end the parent holds. */
    public static void main(String[] arguments) throws IOException {
        Thread echo = new Thread(() -> echo(arguments), "echo");
        echo.setDaemon(true);
        echo.start();
        try (ZContext context = new ZContext();
                BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            CurveSockets sockets = new CurveSockets(context);
            ZMQ.Socket exchange = sockets.connect(SocketType.DEALER, arguments[1], arguments[3]);
            ZMQ.Socket events = sockets.connect(SocketType.PUSH, arguments[2], arguments[3]);
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                int count = Integer.parseInt(order.substring(order.indexOf(' ') + 1));
                byte[] message = new byte[BareParent.MESSAGE_BYTES];
                for (int i = 0; i < count; i++) {
                    if (order.startsWith("post")) {
                        events.send(message);
                    } else {
                        exchange.send(message);
                        exchange.recv();
                    }
                }
            }
        }
    }

    private static void echo(String[] arguments) {
        ZContext context = new ZContext();
        CurveSockets sockets = new CurveSockets(context);
        ZMQ.Socket commands = sockets.connect(SocketType.SUB, arguments[0], arguments[3]);
        ZMQ.Socket replies = sockets.connect(SocketType.DEALER, arguments[1], arguments[3]);
        commands.subscribe(ZMQ.SUBSCRIPTION_ALL);
        while (true) {
            replies.send(commands.recv());
        }
    }
}
