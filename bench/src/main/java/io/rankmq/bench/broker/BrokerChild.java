// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.broker;

import io.rankmq.bench.report.Child;
import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.BrokerLimits;
import io.rankmq.broker.BrokerServer;
import io.rankmq.broker.BrokerServerConfig;
import io.rankmq.broker.LinkLimits;
import io.rankmq.broker.ParentKey;
import io.rankmq.broker.PortRange;
import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.parent.BrokerAccess;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A broker in a process of its own that admits one key, and ends with this process. */
public final class BrokerChild implements AutoCloseable {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final Duration QUIET_START = Duration.ofMillis(100);

    private final Child process;
    private final RemoteBrokerConfig config;

    /** Starts it. */
    public BrokerChild(Duration lease) throws IOException {
        CurveKeyPair keys = CurveKeyPair.generate();
        int port = freePorts();
        process = Child.java(BrokerChild.class, Integer.toString(port), keys.publicKey());
        config = new RemoteBrokerConfig("127.0.0.1", port, process.hear(), keys, lease);
    }

    /** For sessions. */
    public BrokerAccess access() {
        return BrokerAccess.standalone(config);
    }

    @Override
    public void close() {
        process.close();
    }

    /** Arguments: first port, the parent's public key. Says its own public key, and ends with standard input. */
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[0]);
        CurveKeyPair keys = CurveKeyPair.generate();
        BrokerConfig ranks = new BrokerConfig("127.0.0.1", "127.0.0.1", 0, keys, BrokerLimits.OF_ITS_OWN_PROCESS);
        BrokerServerConfig config = new BrokerServerConfig(ranks, port, PortRange.ANY, LinkLimits.DEFAULT, QUIET_START);
        try (EventLoop loop = EventLoop.startForSessions(
                "broker", Ticker.system(), cause -> Runtime.getRuntime().halt(1))) {
            List<ParentKey> admitted = List.of(new ParentKey("bench", arguments[1], false));
            loop.call(() -> BrokerServer.start(loop, config, admitted), DEADLINE);
            System.out.println(keys.publicKey());
            while (System.in.read() >= 0) {
                // Until the parent closes it.
            }
        }
    }

    /** Four neighbours that nobody uses now. */
    private static int freePorts() throws IOException {
        for (int first = 21_000; first < 29_000; first += 4) {
            List<ServerSocket> sockets = new ArrayList<>();
            try {
                for (int port = first; port < first + 4; port++) {
                    sockets.add(new ServerSocket(port));
                }
                return first;
            } catch (IOException taken) {
                // The next four.
            } finally {
                for (ServerSocket socket : sockets) {
                    socket.close();
                }
            }
        }
        throw new IOException("no four free ports in a row from 21000 to 29000");
    }
}
