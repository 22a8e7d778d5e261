// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.BrokerConfig;
import io.rankmq.broker.BrokerLimits;
import io.rankmq.broker.BrokerServer;
import io.rankmq.broker.BrokerServerConfig;
import io.rankmq.broker.LinkLimits;
import io.rankmq.broker.ParentKey;
import io.rankmq.broker.PortRange;
import io.rankmq.security.KeyFiles;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A broker as a process. Arguments: key file, first port, parent's lease in ms, quiet start in ms, and the parents' public keys. */
public final class BrokerMain {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private BrokerMain() {}

    /** A line on standard input is {@code status}, or the keys that are admitted from now on; it ends with standard input. */
    public static void main(String[] args) throws IOException {
        int port = Integer.parseInt(args[1]);
        BrokerConfig ranks = new BrokerConfig(
                "127.0.0.1", "127.0.0.1", 0, KeyFiles.readKeyPair(Path.of(args[0])), BrokerLimits.OF_ITS_OWN_PROCESS);
        BrokerServerConfig config = new BrokerServerConfig(
                ranks,
                port,
                PortRange.ANY,
                new LinkLimits(
                        LinkLimits.DEFAULT.sessionsPerParent(),
                        LinkLimits.DEFAULT.ranksPerSession(),
                        LinkLimits.DEFAULT.bytesPerParent(),
                        LinkLimits.DEFAULT.bytes(),
                        Duration.ofMillis(Long.parseLong(args[2]))),
                Duration.ofMillis(Long.parseLong(args[3])));
        EventLoop loop = EventLoop.startForSessions(
                "broker", Ticker.system(), cause -> Runtime.getRuntime().halt(9));
        List<ParentKey> admitted = keys(List.of(args).subList(4, args.length));
        BrokerServer server = loop.call(() -> BrokerServer.start(loop, config, admitted), DEADLINE);
        System.out.println("listening");
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("status")) {
                    System.out.println(loop.call(server::status, DEADLINE));
                } else {
                    allow(loop, server, line.isEmpty() ? List.of() : List.of(line.split(" ")));
                    System.out.println("allowed");
                }
            }
        }
        loop.close();
    }

    private static void allow(EventLoop loop, BrokerServer server, List<String> publicKeys) {
        loop.call(
                () -> {
                    server.allow(keys(publicKeys));
                    return true;
                },
                DEADLINE);
    }

    private static List<ParentKey> keys(List<String> publicKeys) {
        List<ParentKey> keys = new ArrayList<>();
        for (String key : publicKeys) {
            keys.add(new ParentKey("parent" + keys.size(), key, false));
        }
        return keys;
    }
}
