// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.ExternalLauncher;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.Sender;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ranks that somebody else starts: real processes of the host runner, the embedded broker and one in a process of its own. */
@Timeout(120)
class ExternalRanksTest {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final RealRanks ranks = new RealRanks();
    private final List<Process> hosts = new ArrayList<>();

    @AfterEach
    void endTheHosts() {
        hosts.forEach(Process::destroyForcibly);
    }

    private Path document() {
        return folder.resolve("bootstrap.json");
    }

    private Process host(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "io.rankmq.worker.Host",
                "--bootstrap",
                document().toString()));
        command.addAll(List.of(options));
        Process host = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("host-" + hosts.size() + ".log").toFile())
                .start();
        hosts.add(host);
        return host;
    }

    private SessionBuilder session(int worldSize) {
        return ranks.session(worldSize).launcher(new ExternalLauncher(document()));
    }

    private BootstrapDocument awaitDocument() {
        Awaitility.await().atMost(DEADLINE).until(() -> Files.exists(document()));
        return BootstrapDocument.load(document().toString());
    }

    @Test
    void aHostBringsItsRanksAndEndsWithThemAndTheDocumentIsPrivateAndGoes() throws Exception {
        Process host = host("--slots", "2");
        try (Session session = session(2).start()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(document())))
                    .isEqualTo("rw-------");
            assertThat(BootstrapDocument.load(document().toString()).ranks()).isEmpty();
            session.execute("echo", new Shareable()).orThrow();
            assertThat(session.ranks()).allMatch(rank -> "java".equals(rank.language()));
        }
        assertThat(host.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(host.exitValue()).isZero();
        assertThat(document()).doesNotExist();
    }

    @Test
    void ranksComeThroughABrokerInAProcessOfItsOwnAndAHostServesOneSessionAfterAnother() throws Exception {
        CurveKeyPair alice = CurveKeyPair.generate();
        Process host = host("--slots", "2", "--keep");
        try (BrokerProcess broker = new BrokerProcess(folder, 30_000, alice)) {
            for (int i = 0; i < 2; i++) {
                try (Session session = session(2).broker(broker.access(alice)).start()) {
                    session.execute("echo", new Shareable()).orThrow();
                }
            }
        }
        assertThat(host.isAlive()).isTrue();
        host.destroy();
        assertThat(host.waitFor(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatRanksWriteComesAsLinesOfTheirsAndIntoTheLogFolderAndIsNoEventOfAUser() throws Exception {
        host("--slots", "2");
        Path logs = folder.resolve("logs");
        Session session = session(2).logDirectory(logs).start();
        try (session) {
            session.execute("echo", new Shareable()).orThrow();
        }
        assertThat(session.stats().eventsUp()).isZero();
        assertThat(session.stats().rejected()).isZero();
        assertThat(ranks.lines).contains("0: end_run seen", "1: end_run seen");
        for (String rank : List.of("0", "1")) {
            assertThat(logs.resolve(session.id())
                            .resolve("attempt_0")
                            .resolve(rank)
                            .resolve("stdout.log"))
                    .content()
                    .contains("end_run seen\n");
        }
    }

    @Test
    void theLastLinesOfARankThatFailsAreTold() throws Exception {
        host("--slots", "2");
        try (Session session = session(2).start()) {
            assertThatThrownBy(() -> session.execute("throw", new Shareable()).orThrow())
                    .isInstanceOfSatisfying(
                            RankFailedException.class,
                            failed -> assertThat(failed.failure().lastLines())
                                    .contains("the last line of rank "
                                            + failed.failure().rank()));
        }
    }

    @Test
    void whoeverWantsNoOutputGetsNone() throws Exception {
        host("--slots", "1");
        try (Session session =
                session(1).launcher(new ExternalLauncher(document(), false)).start()) {
            session.execute("echo", new Shareable()).orThrow();
        }
        assertThat(ranks.lines).isEmpty();
    }

    @Test
    void tooFewRanksFailTheStartWithASentenceThatSaysWhoCame() throws Exception {
        host("--slots", "1");
        SessionLimits limits = SessionLimits.DEFAULT.withJoinTimeout(Duration.ofSeconds(15));
        assertThatThrownBy(session(2).limits(limits)::start)
                .isInstanceOf(RankFailedException.class)
                .hasMessageContaining("only 1 of 2 ranks came within 15 s: 1 from host ");
        assertThat(document()).doesNotExist();
    }

    @Test
    void aHostForWhichNoDocumentComesEndsWithASentence() throws Exception {
        Process host = host("--wait", "300ms");
        assertThat(host.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(host.exitValue()).isEqualTo(3);
        assertThat(Files.readString(folder.resolve("host-0.log"))).contains("no bootstrap document came to");
    }

    @Test
    void whoHoldsTheJoinKeyCanClaimAndNothingElse() throws Exception {
        CompletableFuture<Session> starting = new CompletableFuture<>();
        Thread starter = new Thread(() -> starting.complete(session(1).start()), "starter");
        starter.setDaemon(true);
        starter.start();
        BootstrapDocument document = awaitDocument();
        CurveKeyPair join = document.join();
        assertThat(join).isNotNull();
        BlockingQueue<Incoming> heard = new LinkedBlockingQueue<>();
        try (EventLoop loop = EventLoop.start("hostile", Ticker.system(), cause -> {})) {
            WireSocket control = connect(loop, SocketRole.CONTROL_CLIENT, document.control(), document, join, heard);
            WireSocket events = connect(loop, SocketRole.EVENT_CLIENT, document.events(), document, join, heard);
            connect(loop, SocketRole.COMMAND_CLIENT, document.commands(), document, join, heard);
            Envelope rank0 = new Envelope(document.session(), 0, 0, Envelope.UNNUMBERED);
            send(loop, control, rank0, new Message.Join(1, 1, 1, 0, "hostile", 1, "java", "x"));
            send(loop, events, rank0, new Message.Mark(5));
            for (int i = 0; i < 2000; i++) {
                ByteBuffer rubbish = ByteBuffer.wrap(new byte[i % 8 == 0 ? 5000 : 3]);
                loop.call(() -> control.send(List.of(rubbish)), DEADLINE);
            }
            assertThat(starting).isNotDone();
            host("--slots", "1");
            try (Session session = starting.get(30, TimeUnit.SECONDS)) {
                // All ranks are taken now: a claim is refused, another's answer is not to be had.
                Envelope nobody = new Envelope(document.session(), 0, Envelope.PARENT, Envelope.UNNUMBERED);
                Awaitility.await().atMost(DEADLINE).until(() -> {
                    send(loop, control, nobody, new Message.Claim(1, 1, 7, "h", "127.0.0.1", 1, 1, "java", null));
                    return !heard.isEmpty();
                });
                assertThat(MessageCodec.decode(heard.take().frames(), Sender.PARENT)
                                .message())
                        .isInstanceOf(Message.Refuse.class);
                session.execute("echo", new Shareable()).orThrow();
                assertThat(session.ranks()).hasSize(1).allMatch(rank -> !"hostile".equals(rank.host()));
            }
            // Not a command nor a heartbeat came to the hostile subscriber.
            for (Incoming message : heard) {
                assertThat(MessageCodec.decode(message.frames(), Sender.PARENT).message())
                        .isInstanceOf(Message.Refuse.class);
            }
        }
    }

    private static WireSocket connect(
            EventLoop loop,
            SocketRole role,
            String endpoint,
            BootstrapDocument document,
            CurveKeyPair join,
            BlockingQueue<Incoming> heard) {
        WireSocket.Connect where = new WireSocket.Connect(endpoint, document.serverKey(), join, "");
        return loop.call(() -> WireSocket.connect(loop, role, where, MessageBounds.DEFAULT, heard::add), DEADLINE);
    }

    private static void send(EventLoop loop, WireSocket socket, Envelope envelope, Message message) {
        loop.call(() -> socket.send(MessageCodec.encode(envelope, message)), DEADLINE);
    }
}
