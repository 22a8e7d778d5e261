// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** A peer with a valid key sends what no honest one would: the loop survives, memory stays bounded, the session is undisturbed. */
@Timeout(60)
class HostileTrafficTest {

    private static final long SEED = Long.getLong("rankmq.seed", 20_251);

    private final Gang gang = new Gang(2);
    private final Random random = new Random(SEED);

    @AfterEach
    void closeAll() {
        gang.close();
    }

    /** The three ports of a broker, and what connects to each. */
    enum Port {
        CONTROL("DEALER"),
        EVENTS("PUSH"),
        COMMANDS("SUB");

        final String peerType;

        Port(String peerType) {
            this.peerType = peerType;
        }

        WireSocket of(Gang gang) {
            return switch (this) {
                case CONTROL -> gang.router;
                case EVENTS -> gang.pull;
                case COMMANDS -> gang.xpub;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyFrameOfAValidPeerIsSurvived(Port port) throws Exception {
        for (int connection = 0; connection < 8; connection++) {
            untilCutOff(port, peer -> {
                for (int i = 0; i < 150; i++) {
                    peer.message(random.nextInt(256), anyPayload());
                }
            });
        }
        gang.assertUndisturbed();
    }

    @ParameterizedTest
    @EnumSource
    void aFlippedByteAnywhereInTheCiphertextIsSurvived(Port port) throws Exception {
        for (int connection = 0; connection < 15; connection++) {
            untilCutOff(port, peer -> {
                peer.message(0, "honest".getBytes(StandardCharsets.US_ASCII));
                byte[] frame = HostileClient.concat(new byte[] {0, 0}, peer.encrypt(0, new byte[random.nextInt(200)]));
                frame[1] = (byte) (frame.length - 2);
                frame[random.nextInt(frame.length)] ^= (byte) (1 + random.nextInt(255));
                peer.raw(frame);
                peer.message(0, "after the flip".getBytes(StandardCharsets.US_ASCII));
            });
        }
        gang.assertUndisturbed();
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedHandshakeIsSurvived(Port port) throws Exception {
        for (int connection = 0; connection < 15; connection++) {
            try (HostileClient peer = new HostileClient(port.of(gang).endpoint())) {
                peer.greet("CURVE");
                byte[] command = new byte[random.nextInt(700)];
                random.nextBytes(command);
                byte[] name =
                        (random.nextBoolean() ? "\5HELLO\1\0" : "\10INITIATE").getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(name, 0, command, 0, Math.min(name.length, command.length));
                peer.frame(4, command);
            }
        }
        gang.assertUndisturbed();
    }

    @Test
    void anOverlongInitiateIsSurvived() throws Exception {
        for (int length : new int[] {100, 300, 5000, 100_000}) {
            try (HostileClient peer = new HostileClient(gang.router.endpoint())) {
                peer.tcp.setSoTimeout(200);
                peer.handshake(
                        gang.serverKeys.publicKey(),
                        gang.keys(1),
                        Map.of("Socket-Type", "DEALER", "X-padding", "x".repeat(length)));
            } catch (IOException e) {
                assertThat(length).isGreaterThan(200);
            }
        }
        gang.assertUndisturbed();
    }

    @Test
    void aMessageWithoutEndIsCutAndItsMemoryGivenBack() throws Exception {
        MessageBounds tight = new MessageBounds(1000, 1 << 20, 4 << 20);
        WireSocket pull = gang.broker.loop.call(
                () -> WireSocket.bind(
                        gang.broker.loop,
                        SocketRole.EVENT_SERVER,
                        new WireSocket.Bind("127.0.0.1", 0, "events", gang.serverKeys),
                        gang.zap,
                        tight,
                        gang.events),
                Peer.DEADLINE);
        byte[] frame = new byte[256 << 10];
        for (int round = 0; round < 2; round++) {
            int sent = 0;
            try (HostileClient peer = new HostileClient(pull.endpoint())) {
                assertThat(peer.handshake(gang.serverKeys.publicKey(), gang.keys(1), Map.of("Socket-Type", "PUSH")))
                        .isTrue();
                while (sent < 64) {
                    peer.message(HostileClient.MORE, frame);
                    sent++;
                }
                assertThat(peer.isCutOff()).isTrue();
            } catch (IOException e) {
                assertThat(sent).isLessThan(64);
            }
        }
        Awaitility.await().until(() -> gang.dropped(pull) >= 2);
        assertThat(gang.events.size()).isZero();
        gang.assertUndisturbed();
    }

    @Test
    void manySubscriptionsAreReadAndThrownAway() throws Exception {
        try (HostileClient peer = admitted(Port.COMMANDS)) {
            for (int i = 0; i < 2000; i++) {
                peer.message(0, ((char) (i % 3) + "topic" + i).getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        gang.broker.send(gang.xpub, "a command");
        gang.assertUndisturbed();
    }

    @Test
    void whatSubscribersSendDoesNotPileUp() throws Exception {
        MessageBounds tight = new MessageBounds(1000, 1 << 20, 4 << 20);
        WireSocket.Bind where = new WireSocket.Bind("127.0.0.1", 0, "commands/s", gang.serverKeys);
        WireSocket commands = gang.broker.loop.call(
                () -> WireSocket.bind(
                        gang.broker.loop, SocketRole.COMMAND_SERVER, where, gang.zap, tight, message -> {}),
                Peer.DEADLINE);
        byte[] message = new byte[900];
        // Neither a subscription nor its end, so it goes to the application.
        message[0] = 2;
        try (HostileClient peer = new HostileClient(commands.endpoint())) {
            assertThat(peer.handshake(gang.serverKeys.publicKey(), gang.keys(1), Map.of("Socket-Type", "SUB")))
                    .isTrue();
            for (int i = 0; i < 8000; i++) {
                peer.message(0, message);
                if (i % 100 == 0) {
                    gang.broker.loop.call(() -> true, Peer.DEADLINE);
                }
            }
        }
        assertThat(gang.dropped(commands)).isZero();
        gang.assertUndisturbed();
    }

    private interface Traffic {
        void send(HostileClient peer) throws IOException;
    }

    /** Being cut off in the middle is a proper answer, not being admitted is not. */
    private void untilCutOff(Port port, Traffic traffic) throws IOException {
        try (HostileClient peer = admitted(port)) {
            try {
                traffic.send(peer);
            } catch (SocketException e) {
                LoggerFactory.getLogger(HostileTrafficTest.class).debug("cut off: {}", e.getMessage());
            }
        }
    }

    private HostileClient admitted(Port port) throws IOException {
        HostileClient peer = new HostileClient(port.of(gang).endpoint());
        assertThat(peer.handshake(gang.serverKeys.publicKey(), gang.keys(1), Map.of("Socket-Type", port.peerType)))
                .isTrue();
        return peer;
    }

    private byte[] anyPayload() {
        byte[][] commands = {
            {4, 'P', 'I', 'N', 'G'},
            {4, 'P', 'I', 'N', 'G', 0},
            {4, 'P', 'I', 'N', 'G', 0, 1, 2, 3},
            {5, 'E', 'R', 'R', 'O', 'R', 9},
            {9, 'S', 'U', 'B', 'S', 'C', 'R', 'I', 'B', 'E'},
            {},
            {0},
            {1},
            {2}
        };
        int choice = random.nextInt(commands.length + 3);
        if (choice < commands.length) {
            return commands[choice];
        }
        byte[] payload = new byte[random.nextInt(choice == commands.length ? 20_000 : 300)];
        random.nextBytes(payload);
        return payload;
    }
}
