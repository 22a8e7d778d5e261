// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import io.rankmq.broker.RemoteBroker;
import io.rankmq.broker.SessionListener;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sessions over a broker in a process of its own: real ranks, CURVE, and real signals. */
@Timeout(180)
class StandaloneBrokerTest {
    private static final Duration DEADLINE = Duration.ofSeconds(10);
    private static final SessionLimits LIMITS = SessionLimits.DEFAULT.withLease(BrokerProcess.LEASE);

    @TempDir
    private Path folder;

    private final RealRanks ranks = new RealRanks();
    private final CurveKeyPair alice = CurveKeyPair.generate();
    private final CurveKeyPair bob = CurveKeyPair.generate();

    private SessionBuilder session(BrokerProcess broker, CurveKeyPair parent, int worldSize) {
        return ranks.session(worldSize).limits(LIMITS).broker(broker.access(parent));
    }

    @Test
    void tasksAndEventsGoThroughItAndNothingOfAClosedSessionRemains() throws Exception {
        AtomicInteger events = new AtomicInteger();
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice)) {
            try (Session session = session(broker, alice, 2)
                    .handler((event, context) -> {
                        if (event.equals("storm")) {
                            events.incrementAndGet();
                        }
                    })
                    .start()) {
                assertThat(session.execute("echo", new Shareable().put("data", "there"))
                                .orThrow()
                                .reply()
                                .get("back"))
                        .isEqualTo("there");
                session.execute("storm", new Shareable().put("count", 3000L)).orThrow();
                Context context = session.newContext().put("question", "over the broker");
                session.fireEvent("ask", context);
                assertThat(context.get("answer")).isEqualTo("rank 0 of 2 saw over the broker");
                assertThat(broker.status()).contains("\"rank\":1,\"state\":\"connected\"");
            }
            assertThat(events).hasValue(6000);
            Awaitility.await().atMost(DEADLINE).until(() -> broker.status().contains("\"sessions\":[]"));
        }
    }

    @Test
    void aKillAndARestartTenTimesLoseNothingAndRunNothingTwice() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice)) {
            AtomicInteger events = new AtomicInteger();
            try (Session session = session(broker, alice, 2)
                    .handler((event, context) -> {
                        if (event.equals("storm")) {
                            events.incrementAndGet();
                        }
                    })
                    .start()) {
                for (int round = 0; round < 10; round++) {
                    List<CompletableFuture<TaskResult>> tasks = new ArrayList<>();
                    tasks.add(RealRanks.executing(session, "storm", new Shareable().put("count", 50L)));
                    broker.kill();
                    broker.start();
                    RealRanks.soon(tasks.get(0)).orThrow();
                    String data = "round " + round;
                    assertThat(session.execute("echo", new Shareable().put("data", data))
                                    .orThrow()
                                    .reply()
                                    .get("back"))
                            .isEqualTo(data);
                }
                Awaitility.await().atMost(DEADLINE).until(() -> events.get() == 1000);
                List<?> seen = session.execute("seen", new Shareable()).reply().get("seen", List.class);
                assertThat(seen)
                        .filteredOn(event -> event.toString().startsWith("@start_run"))
                        .hasSizeLessThan(2);
            }
            assertThat(events).hasValue(1000);
        }
    }

    @Test
    void aPausedBrokerOnlyDelays() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice);
                Session session = session(broker, alice, 2).start()) {
            broker.signal("STOP");
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "echo", new Shareable());
            CompletableFuture.runAsync(() -> {}, CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS))
                    .get();
            assertThat(task).isNotDone();
            broker.signal("CONT");
            RealRanks.soon(task).orThrow();
        }
    }

    @Test
    void aBrokerThatStaysAwayEndsTheSessionWithOneSentence() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice)) {
            Session session = session(broker, alice, 2).start();
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_abort", new Shareable());
            RealRanks.soon(ranks.line("1: waiting"));
            broker.kill();
            long killed = System.nanoTime();
            RankFailure failure = RealRanks.soon(task).failure();
            assertThat(failure).isNotNull();
            assertThat(failure.code()).isEqualTo(ErrorCode.BROKER_LOST);
            assertThat(failure.message())
                    .isEqualTo("the broker at tcp://127.0.0.1:" + broker.port() + " has not answered for 8 s");
            assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(BrokerProcess.LEASE.plusSeconds(5));
            session.close();
            RealRanks.nothingIsLeftOf(session.id());
        }
    }

    @Test
    void aStrangerIsToldWhatToDo() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice)) {
            assertThatThrownBy(session(broker, bob, 1)::start)
                    .isInstanceOf(RankFailedException.class)
                    .hasMessageContaining(
                            "the broker at tcp://127.0.0.1:" + broker.port() + " does not answer; is it running")
                    .hasMessageContaining("has its operator admitted the key");
        }
    }

    @Test
    void aKeyThatIsWithdrawnEndsItsSessionsAndNoOthers() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice, bob);
                Session other = session(broker, bob, 1).start()) {
            Session session = session(broker, alice, 1).start();
            broker.allow(bob);
            Awaitility.await()
                    .atMost(DEADLINE)
                    .untilAsserted(() -> assertThat(session.execute("echo", new Shareable())
                                    .failure()
                                    .message())
                            .contains("the operator has withdrawn the key of this parent"));
            other.execute("echo", new Shareable()).orThrow();
            session.close();
            broker.allow(bob, alice);
            session(broker, alice, 1).start().close();
        }
    }

    @Test
    void oneKeyServesSeveralProcessesAtATimeAndANameIsTakenOnce() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice, bob);
                Session first = session(broker, alice, 1).id("mine").start();
                Session second = session(broker, alice, 1).start()) {
            first.execute("echo", new Shareable()).orThrow();
            second.execute("echo", new Shareable()).orThrow();
            assertThatThrownBy(session(broker, bob, 1).id("mine")::start)
                    .hasMessageContaining("the name of session mine/0 is taken; choose another");
            first.execute("echo", new Shareable()).orThrow();
            second.execute("echo", new Shareable()).orThrow();
        }
    }

    @Test
    void theSessionsOfAParentThatDiedAreRemoved() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 2_500, alice)) {
            EventLoop loop = EventLoop.start("dies", Ticker.system(), cause -> {});
            CompletableFuture<SessionPort> port = loop.call(
                    () -> RemoteBroker.connect(loop, broker.config(alice))
                            .open(SessionRegistration.of("orphan", 0, Map.of(0, bob)), new Deaf()),
                    DEADLINE);
            RealRanks.soon(port);
            assertThat(broker.status()).contains("orphan");
            loop.close();
            Awaitility.await().atMost(DEADLINE).until(() -> !broker.status().contains("orphan"));
            assertThat(broker.status()).contains("\"expired_sessions\":1");
        }
    }

    @Test
    void aHostileParentWithAKeyOfItsOwnDisturbsNobody() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice, bob);
                Session victim = session(broker, alice, 1).id("victim").start();
                EventLoop loop = EventLoop.start("hostile", Ticker.system(), cause -> {})) {
            victim.execute("echo", new Shareable()).orThrow();
            LinkedBlockingQueue<LinkMessage> heard = new LinkedBlockingQueue<>();
            WireSocket link = loop.call(() -> connect(loop, broker, SocketRole.LINK_CLIENT, 0, heard), DEADLINE);
            WireSocket shout = loop.call(() -> connect(loop, broker, SocketRole.BROADCAST_CLIENT, 1, heard), DEADLINE);
            send(loop, link, new LinkMessage.Ping("0123456789abcdef", 0));
            assertThat(heard.poll(10, TimeUnit.SECONDS)).isInstanceOf(LinkMessage.Pong.class);
            for (int i = 0; i < 50; i++) {
                send(loop, link, new LinkMessage.ToRank("victim", 0, 0));
                send(loop, link, new LinkMessage.CloseSession("victim", 0));
                send(loop, link, new LinkMessage.FromRank("victim", 0, 0, true));
                send(loop, shout, new LinkMessage.ToAll("victim", 0));
            }
            send(loop, link, new LinkMessage.AskStatus());
            Awaitility.await()
                    .atMost(DEADLINE)
                    .until(() -> heard.stream().anyMatch(message -> message instanceof LinkMessage.Status));
            assertThat(heard).allMatch(message -> tellsNothingOf("victim", message));
            victim.execute("echo", new Shareable()).orThrow();
            assertThat(victim.stats().rejected()).isZero();
        }
    }

    private static boolean tellsNothingOf(String session, LinkMessage message) {
        if (message instanceof LinkMessage.Status status) {
            return !status.json().contains(session);
        }
        return message instanceof LinkMessage.Unknown || message instanceof LinkMessage.Pong;
    }

    private WireSocket connect(
            EventLoop loop, BrokerProcess broker, SocketRole role, int offset, LinkedBlockingQueue<LinkMessage> heard) {
        WireSocket.Connect where =
                new WireSocket.Connect("tcp://127.0.0.1:" + (broker.port() + offset), broker.publicKey(), bob, "");
        return WireSocket.connect(loop, role, where, MessageBounds.DEFAULT, message -> {
            try {
                heard.add(LinkCodec.decode(message.frames().get(0)));
            } catch (io.rankmq.protocol.ProtocolException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static void send(EventLoop loop, WireSocket socket, LinkMessage message) {
        ByteBuffer payload = ByteBuffer.wrap(new byte[] {(byte) 0x80});
        loop.call(() -> socket.send(List.of(LinkCodec.encode(message), payload)), DEADLINE);
    }

    private static final class Deaf implements SessionListener {
        @Override
        public void onControl(int rank, List<ByteBuffer> frames) {}

        @Override
        public void onEvent(int rank, List<ByteBuffer> frames) {}
    }
}
