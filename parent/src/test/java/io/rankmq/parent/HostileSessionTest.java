// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.api.Shareable;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.LinkMessage;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.WireError;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bob has a good key at the same broker, and a session with good keys of its own. He must not read, inject, replay, learn or disturb what is
 * Alice's. Both use real sockets with CURVE; the broker is a process.
 */
@Timeout(180)
class HostileSessionTest {
    private static final SessionLimits LIMITS = SessionLimits.DEFAULT.withLease(BrokerProcess.LEASE);
    private static final String CLIENT = "0123456789abcdef";

    @TempDir
    private Path folder;

    private final CurveKeyPair alice = CurveKeyPair.generate();
    private final CurveKeyPair bob = CurveKeyPair.generate();
    private final CurveKeyPair bobsRank = CurveKeyPair.generate();
    private final List<LightGang> gangs = new ArrayList<>();
    private BrokerProcess broker;
    private Session victim;
    private HostilePeer peer;
    private WireSocket link;
    private LinkMessage.Opened bobs;

    @BeforeEach
    void start() throws Exception {
        broker = new BrokerProcess(folder, 30_000, alice, bob);
        victim = new RealRanks()
                .session(2)
                .limits(LIMITS)
                .broker(broker.access(alice))
                .id("victim")
                .launcher((request, listener) -> {
                    LightGang gang = new LightGang();
                    gangs.add(gang);
                    return gang.launch(request, listener);
                })
                .start();
        peer = new HostilePeer(broker);
        link = peer.link(bob, CLIENT);
        peer.send(link, open("bobs", bobsRank.publicKey()));
        bobs = peer.await(LinkMessage.Opened.class);
    }

    @AfterEach
    void end() throws Exception {
        victim.execute("echo", new Shareable()).orThrow();
        assertThat(victim.stats().rejected()).isZero();
        victim.close();
        peer.close();
        broker.close();
        // Every sentence once a start, however often it happened.
        List<String> log = broker.log();
        int started = 0;
        for (int line = 0; line < log.size(); line++) {
            started = log.get(line).contains("listening address=") ? line : started;
        }
        assertThat(log.subList(started, log.size()))
                .filteredOn(line -> line.contains("refused parent="))
                .doesNotHaveDuplicates();
    }

    private static LinkMessage.Open open(String session, String key) {
        return new LinkMessage.Open(1, 1, session, 0, 0, "", new TreeMap<>(Map.of(0, key)), null);
    }

    private JsonNode status() throws Exception {
        return new ObjectMapper().readTree(broker.status());
    }

    private int port(String endpoint) {
        return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    }

    private int victimsCommands() {
        return port(gangs.get(0).request().bootstrap().commands());
    }

    private void awaitRefusals(long before, int more) {
        Awaitility.await()
                .atMost(20, TimeUnit.SECONDS)
                .until(() -> status().path("refused_handshakes").asLong() >= before + more);
    }

    @Test
    void heCanSubscribeNowhereButToHisOwnCommands() throws Exception {
        long before = status().path("refused_handshakes").asLong();
        peer.connect(SocketRole.COMMAND_CLIENT, victimsCommands(), bobsRank, "bobs/0/0");
        peer.connect(SocketRole.COMMAND_CLIENT, victimsCommands(), bob, "");
        peer.connect(SocketRole.COMMAND_CLIENT, port(bobs.commands()), bob, "");
        peer.connect(SocketRole.COMMAND_CLIENT, broker.port(), bobsRank, "");
        awaitRefusals(before, 4);
        peer.heard.clear();
        victim.execute("echo", new Shareable().put("data", "a secret")).orThrow();
        victim.fireEvent("secret", victim.newContext());
        peer.send(link, new LinkMessage.AskStatus());
        assertThat(peer.await(LinkMessage.Status.class).json()).contains("bobs").doesNotContain("victim");
        assertThat(peer.heard).isEmpty();
    }

    @Test
    void aRanksKeyIsNoParentsAndAParentsNoRanks() throws Exception {
        long before = status().path("refused_handshakes").asLong();
        WireSocket asParent = peer.connect(SocketRole.LINK_CLIENT, broker.port(), bobsRank, "");
        WireSocket broadcasts = peer.connect(SocketRole.BROADCAST_CLIENT, broker.port() + 1, bobsRank, "");
        peer.send(asParent, new LinkMessage.Ping("another"));
        peer.send(broadcasts, new LinkMessage.ToAll("victim", 0));
        WireSocket asRank = peer.connect(SocketRole.CONTROL_CLIENT, port(bobs.control()), bob, "");
        WireSocket events = peer.connect(SocketRole.EVENT_CLIENT, port(bobs.events()), bob, "");
        peer.send(asRank, join("victim"));
        peer.send(events, join("victim"));
        awaitRefusals(before, 4);
        assertThat(broker.log().stream().filter(line -> line.contains("Refused key")))
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(
                        line -> line.matches(".*Refused key [0-9a-f]{12} from 127.0.0.1: it is not registered for .*"));
    }

    @Test
    void anIdentityThatIsClaimedIsWorthNothing() throws Exception {
        long before = status().path("dropped_messages").asLong();
        WireSocket asVictim = peer.connect(SocketRole.CONTROL_CLIENT, port(bobs.control()), bobsRank, "victim/0/0");
        WireSocket asAlice = peer.connect(SocketRole.LINK_CLIENT, broker.port(), bob, "*parent/alice");
        peer.heard.clear();
        for (int i = 0; i < 20; i++) {
            peer.send(asVictim, failed("victim", 0, i + 1));
            peer.send(asAlice, new LinkMessage.CloseSession("victim", 0));
        }
        // What he says is dropped, or comes to himself under the name that his key has.
        long fromHimself = 0;
        while (status().path("dropped_messages").asLong() - before + fromHimself < 20) {
            assertThat(peer.await(LinkMessage.FromRank.class).session()).isEqualTo("bobs");
            fromHimself++;
        }
    }

    @Test
    void framesOfAnotherSessionReachOnlyHisOwnParent() throws Exception {
        WireSocket control = peer.connect(SocketRole.CONTROL_CLIENT, port(bobs.control()), bobsRank, "bobs/0/0");
        WireSocket events = peer.connect(SocketRole.EVENT_CLIENT, port(bobs.events()), bobsRank, "bobs/0/0");
        peer.heard.clear();
        for (int i = 0; i < 50; i++) {
            peer.send(control, failed("victim", 0, i + 1));
            peer.send(events, failed("victim", 1, i + 1));
        }
        for (int i = 0; i < 100; i++) {
            assertThat(peer.await(LinkMessage.FromRank.class).session()).isEqualTo("bobs");
        }
        for (int i = 0; i < 50; i++) {
            peer.send(link, new LinkMessage.ToRank("victim", 0, 0));
            peer.send(link, new LinkMessage.CloseSession("victim", 0));
            peer.send(link, new LinkMessage.FromRank("victim", 0, 0, true));
        }
        WireSocket broadcasts = peer.connect(SocketRole.BROADCAST_CLIENT, broker.port() + 1, bob, "");
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            peer.send(broadcasts, new LinkMessage.ToAll("victim", 0));
            return broker.log().stream()
                    .anyMatch(line -> line.contains("a broadcast to victim/0, which it has not open"));
        });
        assertThat(broker.log())
                .anyMatch(line -> line.contains("what=\"a message to a rank of victim/0, which it has not open\""))
                .anyMatch(line -> line.contains("what=\"what only a broker says\""));
    }

    @Test
    void heGetsNeitherNameNorKeyNorPortOfAnotherEvenWhileTheBrokerStartsAgain() throws Exception {
        peer.send(link, open("victim", CurveKeyPair.generate().publicKey()));
        assertThat(peer.await(LinkMessage.Refused.class).error().message()).contains("is taken; choose another");
        String ranksKey = gangs.get(0).request().bootstrap().ranks().get(0).publicKey();
        peer.send(link, open("thief", ranksKey));
        assertThat(peer.await(LinkMessage.Refused.class).error().message())
                .contains("each session needs keys of its own");

        int port = victimsCommands();
        broker.kill();
        TreeMap<Integer, String> keys = new TreeMap<>(Map.of(0, bobsRank.publicKey()));
        broker.start();
        Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
            peer.send(link, new LinkMessage.Ping(CLIENT));
            peer.send(link, new LinkMessage.Open(1, 1, "victim", 0, 0, "", keys, null));
            peer.send(link, new LinkMessage.Open(1, 1, "victim", 0, port, bobs.ticket(), keys, null));
            peer.send(link, new LinkMessage.Open(1, 1, "bobs", 0, port, bobs.ticket(), keys, null));
            return status().path("ready").asBoolean();
        });
        assertThat(status().toString()).contains("victim");
        assertThat(broker.log())
                .anyMatch(line -> line.contains("this broker never gave port " + port + " to session bobs/0"));
    }

    @Test
    void whatIsMalformedIsCountedToTheLastFrame() throws Exception {
        long before = counted();
        Random random = new Random(7);
        int messages = 3000;
        for (int i = 0; i < messages; i++) {
            byte[] bytes = new byte[i % 100 == 0 ? 900_000 : 1 + random.nextInt(300)];
            random.nextBytes(bytes);
            // No map, so that none of them is a message by chance.
            bytes[0] = (byte) 0xc1;
            peer.send(link, List.of(ByteBuffer.wrap(bytes)));
            if (i % 50 == 0) {
                peer.send(link, new LinkMessage.Ping(CLIENT));
                peer.await(LinkMessage.Pong.class);
            }
        }
        ByteBuffer good = LinkCodec.encode(new LinkMessage.AskStatus());
        for (int cut = 1; cut < good.remaining(); cut++) {
            peer.send(link, List.of(good.slice(0, cut)));
        }
        int all = messages + good.remaining() - 1;
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> counted() >= before + all);
        assertThat(counted()).isEqualTo(before + all);
        assertThat(broker.log().stream().filter(line -> line.contains("a malformed message")))
                .hasSizeBetween(1, 40);
    }

    private long counted() throws Exception {
        return status().path("dropped_messages").asLong();
    }

    private static List<ByteBuffer> join(String session) {
        return MessageCodec.encode(
                new Envelope(session, 0, 0, Envelope.UNNUMBERED),
                new Message.Join(1, 1, 2, 0, "host", 1, "java", "17"));
    }

    private static List<ByteBuffer> failed(String session, int rank, long seq) {
        return MessageCodec.encode(
                new Envelope(session, 0, rank, seq),
                new Message.Failed(0, WireError.of(ErrorCode.EXECUTION_FAILED, "not true")));
    }
}
