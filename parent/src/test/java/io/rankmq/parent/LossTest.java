// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.Context;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionTraffic;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.Launcher;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.security.BootstrapDocument;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Broadcast frames are lost and connections are cut under real ranks; no command is lost, and none runs twice. */
class LossTest {
    private final RealRanks ranks = new RealRanks();

    @Test
    void aBroadcastThatIsLostIsNoticedAtTheNextOneAndSentAgain() {
        AtomicInteger tasks = new AtomicInteger();
        Predicate<Message> secondTask = message -> message.kind() == Kind.EXECUTE && tasks.incrementAndGet() == 2;
        try (Session session =
                ranks.session(2).port(port -> new LossyPort(port, secondTask)).start()) {
            session.execute("echo", new Shareable()).orThrow();
            session.execute("echo", new Shareable()).orThrow();
            session.execute("echo", new Shareable()).orThrow();
            assertThat(session.stats().resent()).isPositive();
            assertThat(session.stats().late()).isZero();
        }
    }

    @Test
    void aLastBroadcastThatIsLostIsNoticedAtTheNextHeartbeat() {
        try (Session session = ranks.session(2)
                .port(port -> new LossyPort(
                        port,
                        message -> message instanceof Message.HandleEvent event
                                && event.event().equals("ask")))
                .start()) {
            Context context = session.newContext().put("question", "lost?");
            session.fireEvent("ask", context);
            assertThat(context.get("answer")).isEqualTo("rank 0 of 2 saw lost?");
            List<?> seen = session.execute("seen", new Shareable()).reply().get("seen", List.class);
            assertThat(seen)
                    .filteredOn(event -> event.toString().startsWith("ask<"))
                    .hasSize(1);
        }
    }

    @Test
    void everyThirdBroadcastIsLostAndNothingIsLostOrRunTwice() {
        AtomicInteger count = new AtomicInteger();
        Predicate<Message> everyThird = message -> count.incrementAndGet() % 3 == 0;
        try (Session session =
                ranks.session(2).port(port -> new LossyPort(port, everyThird)).start()) {
            for (int i = 0; i < 20; i++) {
                session.postEvent("tick" + i, session.newContext());
            }
            TaskResult result =
                    session.execute(TaskRequest.of("seen", new Shareable()).withReply(ReplyPolicy.all()));
            result.replies().values().forEach(reply -> {
                List<String> ticks = new ArrayList<>();
                ((List<?>) reply.get("seen", List.class)).forEach(event -> ticks.add(event.toString()));
                ticks.removeIf(event -> !event.startsWith("tick"));
                assertThat(ticks).hasSize(20).doesNotHaveDuplicates();
                assertThat(ticks.get(19)).startsWith("tick19");
            });
        }
    }

    @Test
    void aConnectionThatIsCutAndReturnsLosesNothing() throws Exception {
        List<TcpRelay> wires = new CopyOnWriteArrayList<>();
        Launcher throughWires = (request, listener) -> LocalLauncher.java().launch(rewired(request, wires), listener);
        SessionLimits quick = SessionLimits.DEFAULT.withLease(Duration.ofSeconds(4));
        try (Session session =
                ranks.session(2).limits(quick).launcher(throughWires).start()) {
            CompletableFuture<TaskResult> task =
                    RealRanks.executing(session, "storm", new Shareable().put("count", 20_000L));
            for (TcpRelay wire : wires) {
                wire.cut();
                wire.mend();
            }
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
            assertThat(session.execute("echo", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(session.stats().eventsUp()).isEqualTo(40_000));
        } finally {
            for (TcpRelay wire : wires) {
                wire.close();
            }
        }
    }

    /** Both ways the message takes longer than a lease, and no heartbeat can pass it. */
    @Test
    void aMessageThatTakesLongerThanALeaseOverASlowLineArrivesAndLosesNobody() throws Exception {
        List<TcpRelay> wires = new CopyOnWriteArrayList<>();
        Launcher throughWires =
                (request, listener) -> LocalLauncher.java().launch(rewired(request, wires, 1_000_000), listener);
        SessionLimits quick = SessionLimits.DEFAULT.withLease(Duration.ofSeconds(4));
        String part = "x".repeat(60_000);
        List<String> data = Collections.nCopies(100, part);
        try (Session session =
                ranks.session(1).limits(quick).launcher(throughWires).start()) {
            TaskResult result = session.execute("echo", new Shareable().put("data", data));
            List<?> back = result.orThrow().reply().get("back", List.class);
            assertThat(back).isEqualTo(data);
            assertThat(result.took()).isGreaterThan(Duration.ofSeconds(8));
            assertThat(session.stats().resent()).isZero();
            assertThat(ranks.lines).noneMatch(line -> line.contains("connecting again"));
        } finally {
            for (TcpRelay wire : wires) {
                wire.close();
            }
        }
    }

    /** The request with a wire before each of the broker's ports, which is added to those given. */
    static LaunchRequest rewired(LaunchRequest request, List<TcpRelay> wires) {
        return rewired(request, wires, Long.MAX_VALUE);
    }

    private static LaunchRequest rewired(LaunchRequest request, List<TcpRelay> wires, long bytesPerSecond) {
        BootstrapDocument real = request.bootstrap();
        BootstrapDocument document = new BootstrapDocument(
                real.session(),
                real.incarnation(),
                real.worldSize(),
                wire(real.commands(), wires, bytesPerSecond),
                wire(real.control(), wires, bytesPerSecond),
                wire(real.events(), wires, bytesPerSecond),
                real.serverKey(),
                real.allow(),
                real.ranks());
        return new LaunchRequest(
                request.session(),
                request.incarnation(),
                request.worldSize(),
                document,
                request.logDirectory(),
                request.avoidHosts(),
                request.lease());
    }

    private static String wire(String endpoint, List<TcpRelay> wires, long bytesPerSecond) {
        try {
            TcpRelay wire = new TcpRelay(endpoint, bytesPerSecond);
            wires.add(wire);
            return wire.endpoint();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loses the broadcasts that a predicate names. */
    private record LossyPort(SessionPort port, Predicate<Message> lost) implements SessionPort {
        @Override
        public boolean sendToClaimant(String claimant, List<ByteBuffer> frames) {
            return port.sendToClaimant(claimant, frames);
        }

        @Override
        public void broadcast(List<ByteBuffer> frames) {
            try {
                List<ByteBuffer> copies =
                        frames.stream().map(ByteBuffer::duplicate).toList();
                if (!lost.test(MessageCodec.decode(copies, Sender.PARENT).message())) {
                    port.broadcast(frames);
                }
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean send(int rank, List<ByteBuffer> frames) {
            return port.send(rank, frames);
        }

        @Override
        public String commandsEndpoint() {
            return port.commandsEndpoint();
        }

        @Override
        public String controlEndpoint() {
            return port.controlEndpoint();
        }

        @Override
        public String eventsEndpoint() {
            return port.eventsEndpoint();
        }

        @Override
        public String serverKey() {
            return port.serverKey();
        }

        @Override
        public SessionTraffic traffic() {
            return port.traffic();
        }

        @Override
        public void close() {
            port.close();
        }
    }
}
