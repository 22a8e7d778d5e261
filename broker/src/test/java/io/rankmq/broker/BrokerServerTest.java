// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a broker holds for parents that do not read and ranks that flood, and what a closed session leaves: over real sockets with CURVE. */
@Timeout(120)
class BrokerServerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int LIMIT = 4 << 20;
    private static final int LARGE = 64 << 10;
    private static final int SMALL = 1 << 10;
    private static final int RATE = 1000;
    private static final int WINDOW = 1024;

    private final CurveKeyPair brokerKeys = CurveKeyPair.generate();
    private final CurveKeyPair parentKeys = CurveKeyPair.generate();
    private final EventLoop loop = EventLoop.startForSessions("broker", Ticker.system(), cause -> {});
    private final List<EventLoop> others = new ArrayList<>();
    private BrokerServer server;
    private int port;

    @BeforeEach
    void start() throws IOException {
        port = freePorts();
        BrokerConfig ranks = new BrokerConfig(
                "127.0.0.1",
                "127.0.0.1",
                0,
                brokerKeys,
                new BrokerLimits(1024, 100, MessageBounds.DEFAULT, LIMIT, RATE, RATE));
        LinkLimits limits = new LinkLimits(8, 8, LIMIT, 2L * LIMIT, Duration.ofSeconds(60));
        BrokerServerConfig config = new BrokerServerConfig(ranks, port, PortRange.ANY, limits, Duration.ofMillis(100));
        List<ParentKey> admitted = List.of(new ParentKey("parent", parentKeys.publicKey(), true));
        server = loop.call(() -> BrokerServer.start(loop, config, admitted), DEADLINE);
        Awaitility.await().until(() -> loop.call(server::isReady, DEADLINE));
    }

    @AfterEach
    void end() {
        others.forEach(EventLoop::close);
        loop.close();
    }

    private EventLoop process(String name) {
        EventLoop process = EventLoop.start(name, Ticker.system(), cause -> {});
        others.add(process);
        return process;
    }

    private RemoteBroker parent(EventLoop process) {
        RemoteBrokerConfig config =
                new RemoteBrokerConfig("127.0.0.1", port, brokerKeys.publicKey(), parentKeys, Duration.ofSeconds(60));
        return process.call(() -> RemoteBroker.connect(process, config), DEADLINE);
    }

    private static SessionPort open(
            EventLoop process, RemoteBroker parent, String session, CurveKeyPair rank, SessionListener listener)
            throws Exception {
        return open(process, parent, session, Map.of(0, rank), listener);
    }

    private static SessionPort open(
            EventLoop process,
            RemoteBroker parent,
            String session,
            Map<Integer, CurveKeyPair> ranks,
            SessionListener listener)
            throws Exception {
        return process.call(() -> parent.open(SessionRegistration.of(session, 0, ranks), listener), DEADLINE)
                .get(20, TimeUnit.SECONDS);
    }

    private WireSocket rank(EventLoop process, SocketRole role, String endpoint, CurveKeyPair keys, String session) {
        return peer(process, role, endpoint, keys, session + "/0/0");
    }

    private WireSocket peer(EventLoop process, SocketRole role, String endpoint, CurveKeyPair keys, String identity) {
        WireSocket.Connect where = new WireSocket.Connect(endpoint, brokerKeys.publicKey(), keys, identity);
        return process.call(
                () -> WireSocket.connect(process, role, where, MessageBounds.DEFAULT, message -> {}), DEADLINE);
    }

    private JsonNode status() throws IOException {
        return new ObjectMapper().readTree(loop.call(server::status, DEADLINE));
    }

    @Test
    void aParentThatDoesNotReadCostsNoMoreThanItsShareAndOthersAreServed() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger taken = new AtomicInteger();
        EventLoop deaf = process("deaf parent");
        CurveKeyPair key = CurveKeyPair.generate();
        SessionPort flooded = open(deaf, parent(deaf), "flooded", key, listener(() -> {
            taken.incrementAndGet();
            awaitForEver(release);
        }));
        AtomicInteger heard = new AtomicInteger();
        EventLoop good = process("good parent");
        CurveKeyPair otherKey = CurveKeyPair.generate();
        SessionPort quiet = open(good, parent(good), "quiet", otherKey, listener(heard::incrementAndGet));
        EventLoop ranks = process("ranks");
        WireSocket flooder = rank(ranks, SocketRole.EVENT_CLIENT, flooded.eventsEndpoint(), key, "flooded");
        WireSocket polite = rank(ranks, SocketRole.EVENT_CLIENT, quiet.eventsEndpoint(), otherKey, "quiet");

        int sent = 0;
        long most = 0;
        for (int burst = 0; burst < 50; burst++) {
            sent += ranks.call(() -> send(flooder, 20, LARGE), DEADLINE);
            // Small ones: large ones would fill this parent's own share until it says, once a second, what it has read.
            ranks.call(() -> send(polite, 1, SMALL), DEADLINE);
            most = Math.max(most, status().path("underway_bytes").asLong());
        }
        Awaitility.await().atMost(DEADLINE).until(() -> heard.get() == 50);
        assertThat(sent).isEqualTo(1000);
        while (status().at("/parents/0/dropped_messages").asLong() <= 500) {
            most = Math.max(most, status().path("underway_bytes").asLong());
        }
        assertThat(most).isBetween(LIMIT / 4L, LIMIT + 2L * LARGE);

        release.countDown();
        Awaitility.await()
                .atMost(DEADLINE)
                .until(() -> status().path("underway_bytes").asLong() < LARGE);
        int before = taken.get();
        ranks.call(() -> send(flooder, 1, LARGE), DEADLINE);
        Awaitility.await().atMost(DEADLINE).until(() -> taken.get() > before);
    }

    @ParameterizedTest
    @EnumSource(names = {"EVENT_CLIENT", "CONTROL_CLIENT"})
    @Timeout(60)
    void aFloodingRankIsHeldBackWhileThoseOfAnotherSessionGoOnInOrder(SocketRole role) throws Exception {
        EventLoop process = process("parent");
        RemoteBroker parent = parent(process);
        CurveKeyPair key = CurveKeyPair.generate();
        AtomicInteger flood = new AtomicInteger();
        SessionPort flooded = open(process, parent, "flooded", key, listener(flood::incrementAndGet));
        CurveKeyPair otherKey = CurveKeyPair.generate();
        List<Integer> heard = new ArrayList<>();
        SessionPort quiet = open(process, parent, "quiet", otherKey, new SessionListener() {
            @Override
            public void onControl(int rank, List<ByteBuffer> frames) {
                onEvent(rank, frames);
            }

            @Override
            public void onEvent(int rank, List<ByteBuffer> frames) {
                heard.add(frames.get(0).getInt(0));
            }
        });
        EventLoop ranks = process("ranks");
        WireSocket flooder = rank(ranks, role, endpoint(flooded, role), key, "flooded");
        WireSocket polite = rank(ranks, role, endpoint(quiet, role), otherKey, "quiet");

        int sent = 0;
        int polled = 0;
        while (flood.get() < 3 * RATE) {
            sent += ranks.call(() -> send(flooder, 256, SMALL), DEADLINE);
            // No more than may come at once, as honest ranks do.
            if (polled < RATE / 4 - 10) {
                int next = polled++;
                ranks.call(() -> polite.send(List.of(ByteBuffer.allocate(SMALL).putInt(0, next))), DEADLINE);
            }
        }

        // Both marks, what TCP holds, and what was read.
        assertThat(sent).isLessThan(30_000);
        int all = polled;
        Awaitility.await().atMost(DEADLINE).until(() -> process.call(heard::size, DEADLINE) == all);
        assertThat(heard).isSorted().doesNotHaveDuplicates();
        List<JsonNode> sessions = new ArrayList<>();
        status().at("/parents/0/sessions").forEach(sessions::add);
        for (JsonNode session : sessions) {
            boolean isFlooded = session.path("session").asText().equals("flooded");
            boolean isEvents = role == SocketRole.EVENT_CLIENT;
            assertThat(session.path("events_held_millis").asLong() > 0).isEqualTo(isFlooded && isEvents);
            assertThat(session.path("control_held_millis").asLong() > 0).isEqualTo(isFlooded && !isEvents);
        }
    }

    private static String endpoint(SessionPort session, SocketRole role) {
        return role == SocketRole.EVENT_CLIENT ? session.eventsEndpoint() : session.controlEndpoint();
    }

    @Test
    @Timeout(60)
    void aRankBesideAFloodingOneOfItsSessionIsHeardCompletelyAndInOrder() throws Exception {
        EventLoop process = process("parent");
        Map<Integer, CurveKeyPair> keys = Map.of(0, CurveKeyPair.generate(), 1, CurveKeyPair.generate());
        AtomicInteger flood = new AtomicInteger();
        List<Integer> heard = Collections.synchronizedList(new ArrayList<>());
        SessionPort session = open(process, parent(process), "both", keys, new SessionListener() {
            @Override
            public void onControl(int rank, List<ByteBuffer> frames) {}

            @Override
            public void onEvent(int rank, List<ByteBuffer> frames) {
                if (rank == 0) {
                    flood.incrementAndGet();
                } else {
                    heard.add(frames.get(0).getInt(0));
                }
            }
        });
        EventLoop ranks = process("ranks");
        SocketRole role = SocketRole.EVENT_CLIENT;
        WireSocket flooder = peer(ranks, role, session.eventsEndpoint(), keys.get(0), "both/0/0");
        WireSocket polite = peer(ranks, role, session.eventsEndpoint(), keys.get(1), "both/0/1");
        while (flood.get() < RATE) {
            ranks.call(() -> send(flooder, 256, SMALL), DEADLINE);
        }

        // A rank's whole window, at once.
        ranks.execute(() -> {
            for (int i = 0; i < WINDOW; i++) {
                polite.send(List.of(ByteBuffer.allocate(SMALL).putInt(0, i)));
            }
        });
        while (heard.size() < WINDOW) {
            ranks.call(() -> send(flooder, 256, SMALL), DEADLINE);
        }

        assertThat(heard).isSorted().doesNotHaveDuplicates().hasSize(WINDOW);
        assertThat(status().at("/parents/0/sessions/0/events_held_millis").asLong())
                .isPositive();
    }

    @Test
    void twoHundredClosedSessionsLeaveNothing() throws Exception {
        EventLoop process = process("parent");
        RemoteBroker parent = parent(process);
        EventLoop ranks = process("ranks");
        liveAndDie(process, parent, ranks, 0, 20);
        int descriptors = descriptors();
        int threads = Thread.activeCount();
        long keys = status().path("admitted_keys").asLong();

        liveAndDie(process, parent, ranks, 20, 220);

        assertThat(status().at("/parents/0/sessions")).isEmpty();
        // What was sent since the last ping, which comes each second, is known to be read after the next one.
        Awaitility.await()
                .atMost(DEADLINE)
                .until(() -> status().path("underway_bytes").asLong() < 2048);
        assertThat(status().path("queued_bytes").asLong()).isZero();
        assertThat(status().path("admitted_keys").asLong()).isEqualTo(keys).isEqualTo(2);
        Awaitility.await().atMost(DEADLINE).until(() -> descriptors() <= descriptors);
        // The JVM starts and ends threads of its own.
        assertThat(Thread.activeCount()).isLessThan(threads + 10);
    }

    private void liveAndDie(EventLoop process, RemoteBroker parent, EventLoop ranks, int from, int to)
            throws Exception {
        for (int i = from; i < to; i++) {
            CurveKeyPair key = CurveKeyPair.generate();
            String name = "s-" + i;
            CountDownLatch heard = new CountDownLatch(1);
            SessionPort session = open(process, parent, name, key, listener(heard::countDown));
            WireSocket control = rank(ranks, SocketRole.CONTROL_CLIENT, session.controlEndpoint(), key, name);
            WireSocket commands = rank(ranks, SocketRole.COMMAND_CLIENT, session.commandsEndpoint(), key, name);
            ranks.call(() -> send(control, 1, LARGE), DEADLINE);
            assertThat(heard.await(20, TimeUnit.SECONDS)).isTrue();
            process.call(
                    () -> {
                        session.send(0, List.of(ByteBuffer.allocate(LARGE)));
                        session.broadcast(List.of(ByteBuffer.allocate(LARGE)));
                        session.close();
                        return true;
                    },
                    DEADLINE);
            ranks.call(
                    () -> {
                        control.close();
                        commands.close();
                        return true;
                    },
                    DEADLINE);
            Awaitility.await()
                    .atMost(DEADLINE)
                    .until(() -> status().at("/parents/0/sessions").isEmpty());
        }
    }

    private static int send(WireSocket socket, int count, int bytes) {
        int sent = 0;
        for (int i = 0; i < count; i++) {
            sent += socket.send(List.of(ByteBuffer.allocate(bytes))) ? 1 : 0;
        }
        return sent;
    }

    private static SessionListener listener(Runnable heard) {
        return new SessionListener() {
            @Override
            public void onControl(int rank, List<ByteBuffer> frames) {
                heard.run();
            }

            @Override
            public void onEvent(int rank, List<ByteBuffer> frames) {
                heard.run();
            }
        };
    }

    private static void awaitForEver(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts a loop", e);
        }
    }

    private static int descriptors() throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return (int) all.count();
        }
    }

    private static int freePorts() throws IOException {
        for (int first = 30_000; first < 32_000; first += 4) {
            List<ServerSocket> sockets = new ArrayList<>();
            try {
                for (int next = first; next < first + 4; next++) {
                    sockets.add(new ServerSocket(next));
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
        throw new IOException("no four free ports in a row");
    }
}
