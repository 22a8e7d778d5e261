// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/** Who is kept out, and that the session goes on as if nobody had knocked. */
@Timeout(30)
class RejectionTest {

    private final Gang gang = new Gang(2);

    @AfterEach
    void closeAll() {
        gang.close();
    }

    @Test
    void anUnknownKeyIsRefusedOnEveryPort() throws Exception {
        CurveKeyPair unknown = CurveKeyPair.generate();
        Peer stranger = gang.peer("stranger");
        Peer.Inbox inbox = new Peer.Inbox();
        WireSocket dealer = stranger.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, unknown, "s/0/0"), inbox);
        WireSocket push = stranger.connect(SocketRole.EVENT_CLIENT, gang.to(gang.pull, unknown, "s/0/0"), inbox);
        stranger.connect(SocketRole.COMMAND_CLIENT, gang.to(gang.xpub, unknown, "s/0/0"), inbox);
        stranger.send(dealer, "let me in");
        stranger.send(push, "let me in");
        Awaitility.await().until(() -> gang.zap.refused() >= 3);

        gang.broker.send(gang.xpub, "secret command");
        gang.assertUndisturbed();
        assertThat(gang.control.poll(0)).isNull();
        assertThat(gang.events.poll(0)).isNull();
        assertThat(inbox.poll(0)).isNull();
    }

    @Test
    void aRegisteredKeyIsRefusedOnTheCommandPortOfAnotherSession() throws Exception {
        CurveKeyPair other = CurveKeyPair.generate();
        gang.registry.register("t", Set.of("control", "events", "commands/t"), Map.of(other.publicKey(), "t/0/0"));
        Peer spy = gang.peer("spy");
        Peer.Inbox inbox = new Peer.Inbox();
        spy.connect(SocketRole.COMMAND_CLIENT, gang.to(gang.xpub, other, "t/0/0"), inbox);
        Awaitility.await().until(() -> gang.zap.refused() == 1);

        gang.broker.send(gang.xpub, "for session s only");
        gang.assertUndisturbed();
        assertThat(inbox.poll(0)).isNull();
    }

    @Test
    void aKeyThatWasUnregisteredIsRefused() throws Exception {
        gang.registry.unregister("s");
        Peer late = gang.peer("late");
        WireSocket dealer =
                late.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, gang.keys(1), "s/0/1"), m -> {});
        late.send(dealer, "me too");
        Awaitility.await().until(() -> gang.zap.refused() == 1);
        assertThat(gang.control.poll(0)).isNull();
    }

    @Test
    void aRefusedSocketStaysRefusedButAFreshOneOfTheSameKeyIsAdmittedOnceItIsRegistered() throws Exception {
        CurveKeyPair early = CurveKeyPair.generate();
        Peer rank = gang.peer("early");
        Peer.Inbox inbox = new Peer.Inbox();
        WireSocket refused = rank.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, early, "t/0/0"), inbox);
        Awaitility.await().until(() -> gang.zap.refused() == 1);
        gang.registry.register("t", Set.of("control"), Map.of(early.publicKey(), "t/0/0"));
        rank.send(refused, "too early");

        WireSocket fresh = rank.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, early, "t/0/0"), inbox);
        rank.send(fresh, "in time");
        assertThat(Peer.texts(gang.control.next())).containsExactly("in time");
        assertThat(gang.control.poll(0)).isNull();
        assertThat(gang.zap.refused()).isEqualTo(1);
    }

    @Test
    void aRankDoesNotTalkToABrokerWithAnotherKey() throws Exception {
        Peer rank = gang.peer("rank");
        WireSocket.Connect wrong = new WireSocket.Connect(
                gang.router.endpoint(), CurveKeyPair.generate().publicKey(), gang.keys(1), "s/0/1");
        WireSocket dealer = rank.connect(SocketRole.CONTROL_CLIENT, wrong, m -> {});
        rank.send(dealer, "for the right broker only");
        gang.assertUndisturbed();
        assertThat(gang.control.poll(0)).isNull();
        assertThat(gang.zap.admitted()).isEqualTo(2);
    }

    @Test
    void aPeerWithoutCurveIsCutOff() throws Exception {
        try (HostileClient plain = new HostileClient(gang.router.endpoint())) {
            plain.sendGreeting("NULL");
            assertThat(plain.isCutOff()).isTrue();
        }
        try (ZContext context = new ZContext()) {
            ZMQ.Socket dealer = context.createSocket(SocketType.DEALER);
            dealer.connect(gang.router.endpoint());
            dealer.send("no keys at all");
            gang.assertUndisturbed();
        }
        assertThat(gang.control.poll(0)).isNull();
    }

    @Test
    void oldVersionsOfTheProtocolWithoutSecurityAreCutOff() throws Exception {
        try (HostileClient version1 = new HostileClient(gang.router.endpoint())) {
            version1.raw(new byte[] {1, 0, 3, 0, 'h', 'i'});
            assertThat(version1.isCutOff()).isTrue();
        }
        try (HostileClient version2 = new HostileClient(gang.router.endpoint())) {
            byte[] greeting = new byte[16];
            greeting[0] = (byte) 0xff;
            greeting[9] = 0x7f;
            greeting[10] = 1;
            greeting[11] = 5;
            version2.raw(greeting);
            assertThat(version2.isCutOff()).isTrue();
        }
        gang.assertUndisturbed();
    }

    @Test
    void otherProtocolsAreCutOff() throws Exception {
        try (HostileClient web = new HostileClient(gang.pull.endpoint())) {
            web.raw("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(web.isCutOff()).isTrue();
        }
        gang.assertUndisturbed();
    }

    @Test
    void aHugeFrameBeforeTheHandshakeIsCutOff() throws Exception {
        for (WireSocket server : new WireSocket[] {gang.router, gang.pull, gang.xpub}) {
            assertCutOffAfter(server, 1L << 40);
            assertCutOffAfter(server, Integer.MAX_VALUE);
            assertCutOffAfter(server, (1L << 20) + 1);
        }
        gang.assertUndisturbed();
    }

    @Test
    void aNegativeFrameSizeBeforeTheHandshakeIsCutOff() throws Exception {
        // The last one turns positive, and into 2 GiB, when it is cut to 32 bits.
        for (long size : new long[] {-1, Long.MIN_VALUE, Integer.MIN_VALUE, 0x8000_0000_7fff_ffffL}) {
            assertCutOffAfter(gang.router, size);
        }
        gang.assertUndisturbed();
    }

    @Test
    void aRankCannotTakeTheIdentityOfAnother() throws Exception {
        Peer liar = gang.peer("liar");
        Peer.Inbox inbox = new Peer.Inbox();
        WireSocket dealer = liar.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, gang.keys(1), "s/0/0"), inbox);
        liar.send(dealer, "I am rank 0");
        // Which of the two identities JeroMQ reads last is a matter of microseconds; the wrong one is noticed and the
        // message dropped.
        Awaitility.await().until(() -> gang.dropped(gang.router) == 1 || gang.control.size() == 1);
        Incoming message = gang.control.poll(0);
        assertThat(message == null ? "s/0/1" : message.peer()).isEqualTo("s/0/1");
        gang.broker.sendTo(gang.router, "s/0/0", "for rank 0 only");
        gang.assertUndisturbed();
        assertThat(inbox.poll(0)).isNull();
    }

    @Test
    void connectionsThatShareAKeyAreToldApartAndNoneCanTakeTheOthersPlace() throws Exception {
        CurveKeyPair shared = CurveKeyPair.generate();
        gang.registry.register("shared", Set.of("control"), Map.of(shared.publicKey(), "*join/s"));
        Peer honest = gang.peer("first");
        Peer.Inbox inbox = new Peer.Inbox();
        WireSocket dealer = honest.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, shared, ""), inbox);
        honest.send(dealer, "who am I?");
        String first = gang.control.next().peer();
        assertThat(first).startsWith("*join/s#");
        for (String claim : List.of(first, "\0\0\0\0\1", "\0\0\0\0\2", "s/0/0", "*join/s")) {
            try (HostileClient forger = new HostileClient(gang.router.endpoint())) {
                Map<String, String> forged = Map.of("Socket-Type", "DEALER", "Identity", claim, "User-Id", claim);
                assertThat(forger.handshake(gang.serverKeys.publicKey(), shared, forged))
                        .isTrue();
                forger.message(0, "who am I?".getBytes(StandardCharsets.US_ASCII));
                assertThat(gang.control.next().peer()).startsWith("*join/s#").isNotEqualTo(first);
            }
        }
        assertThat(gang.broker.sendTo(gang.router, first, "the first")).isTrue();
        assertThat(Peer.texts(inbox.next())).containsExactly("the first");
        gang.assertUndisturbed();
    }

    @Test
    void aKeyWithManyConnectionsIsAdmittedToItsOwnPortsOnly() throws Exception {
        CurveKeyPair shared = CurveKeyPair.generate();
        gang.registry.register("shared", Set.of("control"), Map.of(shared.publicKey(), "*join/s"));
        for (WireSocket server : List.of(gang.pull, gang.xpub)) {
            try (HostileClient stranger = new HostileClient(server.endpoint())) {
                // It is told so, or cut off in the midst of the handshake.
                Map<String, String> properties = Map.of("Socket-Type", "SUB");
                assertThatThrownBy(() -> assertThat(stranger.handshake(gang.serverKeys.publicKey(), shared, properties))
                                .isTrue())
                        .isInstanceOfAny(IOException.class, AssertionError.class);
            }
        }
        gang.assertUndisturbed();
    }

    @Test
    void forgedPropertiesChangeNothing() throws Exception {
        Map<String, String> forged =
                Map.of("Socket-Type", "DEALER", "Identity", "s/0/0", "User-Id", "s/0/0", "Peer-Address", "10.0.0.1");
        try (HostileClient forger = new HostileClient(gang.router.endpoint())) {
            assertThat(forger.handshake(gang.serverKeys.publicKey(), gang.keys(1), forged))
                    .isTrue();
            forger.message(0, "I am rank 0".getBytes(StandardCharsets.US_ASCII));
            assertThat(gang.control.next().peer()).isEqualTo("s/0/1");
        }
        try (HostileClient forger = new HostileClient(gang.pull.endpoint())) {
            Map<String, String> pushing = Map.of("Socket-Type", "PUSH", "Identity", "s/0/0", "User-Id", "s/0/0");
            assertThat(forger.handshake(gang.serverKeys.publicKey(), gang.keys(1), pushing))
                    .isTrue();
            forger.message(0, "I am rank 0".getBytes(StandardCharsets.US_ASCII));
            assertThat(gang.events.next().peer()).isEqualTo("s/0/1");
        }
        gang.assertUndisturbed();
    }

    /** Whichever of the two JeroMQ got wrong; the property stands in for one that a peer could set. */
    @Test
    void aMessageWhoseTwoIdentitiesDifferIsDropped() throws Exception {
        Peer.Inbox inbox = new Peer.Inbox();
        Inflow inflow = new Inflow(WireSocket.MAX_FRAME, 1 << 20, Ticker.system());
        SocketRole role = SocketRole.CONTROL_SERVER;
        Receiver receiver =
                new Receiver(role, "User-Id", MessageBounds.DEFAULT, inflow, null, inbox, gang.broker.loop.ticker());
        String endpoint = gang.broker.loop.call(
                () -> {
                    ZMQ.Socket socket = SocketOptions.create(gang.broker.loop, role, inflow);
                    WireSocket.Bind where = new WireSocket.Bind("127.0.0.1", 0, "control", gang.serverKeys);
                    SocketOptions.server(socket, where);
                    String bound = SocketOptions.bind(socket, where);
                    new PolledSocket(gang.broker.loop.poller(), socket, receiver::drain);
                    return bound;
                },
                Peer.DEADLINE);
        for (String claimed : List.of("s/0/0", "s/0/1")) {
            try (HostileClient peer = new HostileClient(endpoint)) {
                Map<String, String> properties = Map.of("Socket-Type", "DEALER", "User-Id", claimed);
                assertThat(peer.handshake(gang.serverKeys.publicKey(), gang.keys(1), properties))
                        .isTrue();
                peer.message(0, ("as " + claimed).getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().until(() -> inbox.size() + receiver.dropped() > (claimed.endsWith("0") ? 0 : 1));
            }
        }
        assertThat(Peer.texts(inbox.next())).containsExactly("as s/0/1");
        assertThat(receiver.dropped()).isEqualTo(1);
    }

    @Test
    void eachStartOfABrokerNamesTheIdentityPropertyAnew() {
        try (Gang other = new Gang(1)) {
            assertThat(other.zap.identityProperty()).isNotEqualTo(gang.zap.identityProperty());
            assertThat(gang.zap.identityProperty()).matches("X-[0-9a-f]{32}");
        }
    }

    @Test
    void aServerSocketCannotBeBoundWithoutTheAuthenticatorOfItsLoop() {
        Peer other = gang.peer("other");
        assertThatThrownBy(() -> other.bind(
                        SocketRole.CONTROL_SERVER,
                        new WireSocket.Bind("127.0.0.1", 0, "control", gang.serverKeys),
                        gang.zap,
                        m -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no authenticator runs in the loop");
    }

    @Test
    void aLoopHasOneAuthenticator() {
        assertThatThrownBy(() -> gang.broker.authenticator(new KeyRegistry()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has an authenticator already");
    }

    private static void assertCutOffAfter(WireSocket server, long announcedSize) throws IOException {
        try (HostileClient giant = new HostileClient(server.endpoint())) {
            giant.greet("CURVE");
            giant.raw(
                    ByteBuffer.allocate(9).put((byte) 2).putLong(announcedSize).array());
            giant.raw(new byte[64]);
            assertThat(giant.isCutOff())
                    .as("announced %d to %s", announcedSize, server.endpoint())
                    .isTrue();
        }
    }
}
