// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What peers that do not read make JeroMQ hold stays within the budget, and what they leave is given back. */
@Timeout(60)
class OutflowTest {
    private static final int LIMIT = 16 << 20;
    private static final int LARGE = 256 << 10;

    private final Gang gang = new Gang(3);
    private final QueueBudget budget = new QueueBudget(LIMIT);

    @AfterEach
    void closeAll() {
        gang.close();
    }

    private HostileClient stalled(WireSocket server, String type) throws Exception {
        HostileClient peer = new HostileClient(server.endpoint());
        // Else the kernel alone would take some megabytes.
        peer.tcp.setReceiveBufferSize(8192);
        peer.handshake(gang.serverKeys.publicKey(), gang.keys(1), Map.of("Socket-Type", type, "Identity", "s/0/1"));
        return peer;
    }

    /** How many of these messages are taken. */
    private int sendLarge(WireSocket socket, String peer, int count) {
        return gang.broker.loop.call(
                () -> {
                    int sent = 0;
                    for (int i = 0; i < count; i++) {
                        List<ByteBuffer> frames = List.of(ByteBuffer.allocate(5), ByteBuffer.allocate(LARGE));
                        sent += (peer.isEmpty() ? socket.send(frames) : socket.send(peer, frames)) ? 1 : 0;
                    }
                    return sent;
                },
                Duration.ofSeconds(20));
    }

    private void bound(WireSocket socket) {
        gang.broker.loop.call(
                () -> {
                    socket.bound(budget);
                    return true;
                },
                Peer.DEADLINE);
    }

    @Test
    void aSubscriberThatDoesNotReadHoldsNoMoreThanHalfAndSmallMessagesStillPass() throws Exception {
        bound(gang.xpub);
        Peer.Inbox inbox = new Peer.Inbox();
        Peer rank = gang.peer("rank");
        rank.connect(SocketRole.COMMAND_CLIENT, gang.to(gang.xpub, gang.keys(0), "s/0/0"), inbox);
        Awaitility.await().until(() -> {
            gang.broker.send(gang.xpub, "probe");
            return inbox.poll(20) != null;
        });
        Awaitility.await().until(() -> sendLarge(gang.xpub, "", 100) == 100 || budget.waiting() < LIMIT);
        Awaitility.await().until(() -> budget.waiting() == 0);

        try (HostileClient stalled = stalled(gang.xpub, "SUB")) {
            stalled.message(0, new byte[] {1});
            Awaitility.await().until(() -> {
                sendLarge(gang.xpub, "", 10);
                return budget.waiting() > LIMIT / 4;
            });
            for (int i = 0; i < 20; i++) {
                sendLarge(gang.xpub, "", 100);
                assertThat(budget.waiting()).isLessThanOrEqualTo(LIMIT / 2 + LARGE);
            }
            gang.broker.send(gang.xpub, "still there?");
            Awaitility.await().until(() -> {
                Incoming message = inbox.poll(20);
                return message != null && Peer.texts(message).equals(List.of("still there?"));
            });
        }
        // What its queue held is found by the collector, and given back when something is to be sent; the other peer
        // takes that meanwhile.
        Awaitility.await().until(() -> {
            if (budget.waiting() < LIMIT / 4) {
                return true;
            }
            System.gc();
            sendLarge(gang.xpub, "", 64);
            return false;
        });
    }

    @Test
    void aRankThatDoesNotReadHoldsNoMoreThanHalfAndLeavesTheOthersTheirs() throws Exception {
        bound(gang.router);
        Peer.Inbox inbox = new Peer.Inbox();
        Peer rank = gang.peer("rank");
        WireSocket dealer = rank.connect(SocketRole.CONTROL_CLIENT, gang.to(gang.router, gang.keys(0), "s/0/0"), inbox);
        rank.send(dealer, "join");
        gang.control.next();
        try (HostileClient stalled = stalled(gang.router, "DEALER")) {
            stalled.message(0, new byte[] {1});
            gang.control.next();
            for (int i = 0; i < 5; i++) {
                sendLarge(gang.router, "s/0/1", 200);
                assertThat(budget.waiting()).isBetween(LIMIT / 4L, LIMIT / 2L + LARGE);
            }
            long stuck = budget.waiting();
            assertThat(sendLarge(gang.router, "s/0/0", 10)).isEqualTo(10);
            Awaitility.await().until(() -> budget.waiting() <= stuck);
            gang.broker.loop.call(
                    () -> {
                        gang.router.forget("s/0/1");
                        return true;
                    },
                    Peer.DEADLINE);
            assertThat(budget.waiting()).isZero();
        }
    }
}
