// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;

/** Answers GET /health over HTTP: 200 if the broker is ready, else 503. It tells nothing that a stranger should not know. */
final class Health implements AutoCloseable {
    private static final int OK = 200;
    private static final int NOT_READY = 503;

    private final HttpServer server;

    /** Binds and answers; {@code ready} is asked by the server's thread and must answer soon, null or an exception meaning not ready. */
    Health(InetSocketAddress address, Supplier<Boolean> ready) throws IOException {
        server = HttpServer.create(address, 0);
        server.createContext("/health", exchange -> answer(exchange, ready));
        server.start();
    }

    private static void answer(HttpExchange exchange, Supplier<Boolean> ready) throws IOException {
        boolean isReady;
        try {
            isReady = Boolean.TRUE.equals(ready.get());
        } catch (IllegalStateException loopIsStuckOrGone) {
            isReady = false;
        }
        byte[] body = ("{\"ready\": " + isReady + "}\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(isReady ? OK : NOT_READY, body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
