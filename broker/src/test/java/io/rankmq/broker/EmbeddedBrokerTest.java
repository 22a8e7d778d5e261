// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.TransportException;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EmbeddedBrokerTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final BlockingQueue<Throwable> fatal = new LinkedBlockingQueue<>();
    private final EventLoop parent = EventLoop.start("parent", Ticker.system(), fatal::add);
    private final EventLoop ranks = EventLoop.start("ranks", Ticker.system(), fatal::add);
    private final EmbeddedBroker broker =
            parent.call(() -> EmbeddedBroker.start(parent, BrokerConfig.loopback()), DEADLINE);
    private final CurveKeyPair keys0 = CurveKeyPair.generate();
    private final CurveKeyPair keys1 = CurveKeyPair.generate();

    @AfterEach
    void closeLoops() {
        ranks.close();
        parent.close();
        assertThat(fatal).isEmpty();
    }

    @Test
    void ranksAndParentTalkOnAllThreeChannels() throws Exception {
        Inbox inbox = new Inbox();
        SessionPort port = open("s", 0, Map.of(0, keys0, 1, keys1), inbox);
        Rank rank0 = new Rank(port, keys0, "s/0/0");
        Rank rank1 = new Rank(port, keys1, "s/0/1");

        rank1.sendControl("join");
        assertThat(inbox.next()).isEqualTo("control 1: join");
        rank0.sendControl("join");
        assertThat(inbox.next()).isEqualTo("control 0: join");
        rank0.sendEvent("loss improved");
        assertThat(inbox.next()).isEqualTo("event 0: loss improved");

        assertThat(send(port, 1, "welcome, rank 1")).isTrue();
        assertThat(rank1.next()).isEqualTo("welcome, rank 1");
        awaitSubscribed(port, rank0, rank1);
        broadcast(port, "execute");
        assertThat(rank0.last("execute")).isTrue();
        assertThat(rank1.last("execute")).isTrue();

        SessionTraffic traffic = parent.call(port::traffic, DEADLINE);
        assertThat(traffic.control()).isEqualTo(2);
        assertThat(traffic.events()).isEqualTo(1);
        assertThat(traffic.unicasts()).isEqualTo(1);
        assertThat(traffic.unsent()).isZero();
    }

    @Test
    void sendingToARankThatHasNotConnectedIsReportedAndCounted() {
        SessionPort port = open("s", 0, Map.of(0, keys0), new Inbox());
        assertThat(send(port, 0, "anybody?")).isFalse();
        assertThat(parent.call(port::traffic, DEADLINE).unsent()).isEqualTo(1);
        assertThatThrownBy(() -> send(port, 7, "nobody")).hasMessage("session s/0 has no rank 7");
    }

    @Test
    void sessionsDoNotHearEachOther() throws Exception {
        Inbox inboxS = new Inbox();
        Inbox inboxT = new Inbox();
        SessionPort portS = open("s", 0, Map.of(0, keys0), inboxS);
        SessionPort portT = open("t", 0, Map.of(0, keys1), inboxT);
        Rank rankS = new Rank(portS, keys0, "s/0/0");
        Rank rankT = new Rank(portT, keys1, "t/0/0");
        Inbox spied = new Inbox();
        ranks.call(
                () -> WireSocket.connect(
                        ranks,
                        SocketRole.COMMAND_CLIENT,
                        new WireSocket.Connect(portS.commandsEndpoint(), portS.serverKey(), keys1, "t/0/0"),
                        MessageBounds.DEFAULT,
                        message -> spied.onControl(0, message.frames())),
                DEADLINE);
        rankS.sendControl("from s");
        rankT.sendControl("from t");
        assertThat(inboxS.next()).isEqualTo("control 0: from s");
        assertThat(inboxT.next()).isEqualTo("control 0: from t");
        awaitSubscribed(portS, rankS);
        Awaitility.await().until(() -> parent.call(broker::refused, DEADLINE) == 1);
        broadcast(portS, "for s only");
        assertThat(rankS.last("for s only")).isTrue();
        assertThat(spied.lines).isEmpty();
        assertThat(inboxS.lines).isEmpty();
        assertThat(inboxT.lines).isEmpty();
    }

    @Test
    void aRankOfAClosedSessionIsForeignAndTheNextIncarnationIsHeard() throws Exception {
        Inbox inbox0 = new Inbox();
        SessionPort port0 = open("s", 0, Map.of(0, keys0), inbox0);
        Rank old = new Rank(port0, keys0, "s/0/0");
        old.sendControl("join");
        inbox0.next();
        closePort(port0);
        closePort(port0);

        Inbox inbox1 = new Inbox();
        SessionPort port1 = open("s", 1, Map.of(0, keys1), inbox1);
        Rank fresh = new Rank(port1, keys1, "s/1/0");
        old.sendControl("still here");
        Awaitility.await().until(() -> parent.call(broker::dropped, DEADLINE) == 1);
        fresh.sendControl("join");
        assertThat(inbox1.next()).isEqualTo("control 0: join");
        assertThat(inbox0.lines).isEmpty();
        assertThat(parent.call(port0::traffic, DEADLINE).control()).isEqualTo(1);
    }

    @Test
    void aSessionThatCannotBeOpenedLeavesNothingBehind() {
        open("s", 0, Map.of(0, keys0), new Inbox());
        assertThatThrownBy(() -> open("t", 0, Map.of(0, keys0), new Inbox())).hasMessageContaining("keys of its own");
        assertThatThrownBy(() -> open("s", 0, Map.of(0, keys1), new Inbox())).isInstanceOf(BrokerException.class);
        open("t", 0, Map.of(0, keys1), new Inbox());
    }

    @Test
    void anAddressThatIsNotOursIsNamed() {
        EventLoop loop = EventLoop.start("other", Ticker.system(), fatal::add);
        BrokerConfig config =
                new BrokerConfig("192.0.2.1", "192.0.2.1", 0, CurveKeyPair.generate(), BrokerLimits.DEFAULT);
        assertThatThrownBy(() -> loop.call(() -> EmbeddedBroker.start(loop, config), DEADLINE))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining("cannot bind tcp://192.0.2.1:*");
        loop.close();
    }

    @Test
    void theAdvertisedAddressIsTheOneThatRanksAreTold() {
        EventLoop loop = EventLoop.start("other", Ticker.system(), fatal::add);
        EmbeddedBroker reachable =
                loop.call(() -> EmbeddedBroker.start(loop, BrokerConfig.reachableAt("10.1.2.3")), DEADLINE);
        SessionPort port = loop.call(
                () -> reachable.open(SessionRegistration.of("s", 0, Map.of(0, keys0)), new Inbox()), DEADLINE);
        assertThat(List.of(port.commandsEndpoint(), port.controlEndpoint(), port.eventsEndpoint()))
                .allMatch(endpoint -> endpoint.matches("tcp://10\\.1\\.2\\.3:[1-9]\\d+"))
                .doesNotHaveDuplicates();
        loop.close();
    }

    @Test
    void manySessionsOfOneBrokerLeaveNothingBehind() throws Exception {
        openAndClose(5);
        long files = openFiles();
        openAndClose(200);
        Awaitility.await().untilAsserted(() -> assertThat(openFiles()).isLessThanOrEqualTo(files + 5));
    }

    private void openAndClose(int times) {
        for (int i = 0; i < times; i++) {
            closePort(open("s", i, Map.of(0, keys0), new Inbox()));
        }
    }

    private static long openFiles() throws java.io.IOException {
        try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    private SessionPort open(String session, int incarnation, Map<Integer, CurveKeyPair> keys, Inbox inbox) {
        return parent.call(() -> broker.open(SessionRegistration.of(session, incarnation, keys), inbox), DEADLINE);
    }

    private boolean send(SessionPort port, int rank, String text) {
        return parent.call(() -> port.send(rank, frames(text)), DEADLINE);
    }

    private void broadcast(SessionPort port, String text) {
        parent.execute(() -> port.broadcast(frames(text)));
    }

    private void closePort(SessionPort port) {
        parent.execute(port::close);
    }

    private void awaitSubscribed(SessionPort port, Rank... all) {
        for (Rank rank : all) {
            Awaitility.await().until(() -> {
                broadcast(port, "probe");
                return rank.last("probe");
            });
        }
    }

    private static List<ByteBuffer> frames(String text) {
        return List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String text(List<ByteBuffer> frames) {
        return StandardCharsets.UTF_8.decode(frames.get(0)).toString();
    }

    /** What a parent hears. */
    private static final class Inbox implements SessionListener {
        final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

        @Override
        public void onControl(int rank, List<ByteBuffer> frames) {
            lines.add("control " + rank + ": " + text(frames));
        }

        @Override
        public void onEvent(int rank, List<ByteBuffer> frames) {
            lines.add("event " + rank + ": " + text(frames));
        }

        String next() throws InterruptedException {
            String line = lines.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(line).as("a message within %s", DEADLINE).isNotNull();
            return line;
        }
    }

    /** The three sockets of a rank. */
    private final class Rank {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private final WireSocket control;
        private final WireSocket events;

        Rank(SessionPort port, CurveKeyPair keys, String identity) {
            control = connect(SocketRole.CONTROL_CLIENT, port.controlEndpoint(), port, keys, identity);
            events = connect(SocketRole.EVENT_CLIENT, port.eventsEndpoint(), port, keys, identity);
            connect(SocketRole.COMMAND_CLIENT, port.commandsEndpoint(), port, keys, identity);
        }

        private WireSocket connect(
                SocketRole role, String endpoint, SessionPort port, CurveKeyPair keys, String identity) {
            WireSocket.Connect where = new WireSocket.Connect(endpoint, port.serverKey(), keys, identity);
            return ranks.call(
                    () -> WireSocket.connect(
                            ranks, role, where, MessageBounds.DEFAULT, message -> received.add(text(message.frames()))),
                    DEADLINE);
        }

        void sendControl(String text) {
            ranks.execute(() -> assertThat(control.send(frames(text))).isTrue());
        }

        void sendEvent(String text) {
            ranks.execute(() -> assertThat(events.send(frames(text))).isTrue());
        }

        String next() throws InterruptedException {
            String text = received.poll(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            assertThat(text).as("a message within %s", DEADLINE).isNotNull();
            return text;
        }

        /** Skips earlier messages; false if this text does not come soon. */
        boolean last(String expected) throws InterruptedException {
            String text = received.poll(1, TimeUnit.SECONDS);
            while (text != null && !text.equals(expected)) {
                text = received.poll(1, TimeUnit.SECONDS);
            }
            return text != null;
        }
    }
}
