// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Shareable;
import io.rankmq.broker.RemoteBroker;
import io.rankmq.broker.SessionListener;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
            List<String> events = new CopyOnWriteArrayList<>();
            List<String> wantedEvents = new ArrayList<>();
            List<String> wantedTasks = new ArrayList<>();
            try (Session session = session(broker, alice, 2)
                    .handler((event, context) -> {
                        if (event.equals("storm")) {
                            events.add(context.get(ContextKeys.FROM_RANK_NUMBER) + " " + context.get("i"));
                        }
                    })
                    .start()) {
                for (int round = 0; round < 10; round++) {
                    Shareable count = new Shareable().put("count", 50L).put("data", round);
                    CompletableFuture<TaskResult> storm = RealRanks.executing(session, "storm", count);
                    broker.kill();
                    broker.start();
                    RealRanks.soon(storm).orThrow();
                    String data = "round " + round;
                    assertThat(session.execute("echo", new Shareable().put("data", data))
                                    .orThrow()
                                    .reply()
                                    .get("back"))
                            .isEqualTo(data);
                    wantedTasks.addAll(List.of("storm " + round, "echo " + data));
                    for (int i = 0; i < 50; i++) {
                        wantedEvents.add("0 " + i);
                        wantedEvents.add("1 " + i);
                    }
                }
                Awaitility.await().atMost(DEADLINE).until(() -> events.size() >= wantedEvents.size());
                for (List<String> executed : executedByEachRank(session)) {
                    assertThat(executed).isEqualTo(wantedTasks);
                }
                List<?> seen = session.execute("seen", new Shareable()).reply().get("seen", List.class);
                assertThat(seen)
                        .filteredOn(event -> event.toString().startsWith("start_run"))
                        .hasSize(1);
            }
            assertThat(events).containsExactlyInAnyOrderElementsOf(wantedEvents);
            for (String rank : List.of("0 ", "1 ")) {
                assertThat(events)
                        .filteredOn(event -> event.startsWith(rank))
                        .isEqualTo(wantedEvents.stream()
                                .filter(event -> event.startsWith(rank))
                                .toList());
            }
        }
    }

    static List<List<String>> executedByEachRank(Session session) {
        List<List<String>> executed = new ArrayList<>();
        session.execute(TaskRequest.of("executed", new Shareable()).withReply(ReplyPolicy.all()))
                .orThrow()
                .replies()
                .values()
                .forEach(reply -> {
                    List<?> tasks = reply.get("executed", List.class);
                    executed.add(tasks.subList(0, tasks.size() - 1).stream()
                            .map(Object::toString)
                            .toList());
                });
        assertThat(executed).hasSize(2);
        return executed;
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
    void aBrokerThatIsPausedForLongerThanTheLeaseEndsTheSessionAndForgetsItAfterwards() throws Exception {
        try (BrokerProcess broker = new BrokerProcess(folder, 3_000, alice)) {
            Session session = session(broker, alice, 2).start();
            broker.signal("STOP");
            RankFailure failure = RealRanks.soon(RealRanks.executing(session, "echo", new Shareable()))
                    .failure();
            assertThat(failure).isNotNull();
            assertThat(failure.code()).isEqualTo(ErrorCode.BROKER_LOST);
            session.close();
            RealRanks.nothingIsLeftOf(session.id());
            broker.signal("CONT");
            Awaitility.await().atMost(DEADLINE).until(() -> !broker.status().contains(session.id()));
            try (Session next = session(broker, alice, 1).start()) {
                next.execute("echo", new Shareable()).orThrow();
            }
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

    private static final class Deaf implements SessionListener {
        @Override
        public void onControl(int rank, List<ByteBuffer> frames) {}

        @Override
        public void onEvent(int rank, List<ByteBuffer> frames) {}
    }
}
