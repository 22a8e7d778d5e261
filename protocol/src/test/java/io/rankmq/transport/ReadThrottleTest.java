// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A socket that is read slowly stops its peer, and nobody else: over real sockets with CURVE. */
@Timeout(60)
class ReadThrottleTest {
    private static final int RATE = 500;

    private final Gang gang = new Gang(2);
    private final ReadThrottle throttle =
            gang.broker.loop.call(() -> new ReadThrottle(gang.broker.loop, RATE, 4096, 64 << 20), Peer.DEADLINE);

    @AfterEach
    void closeAll() {
        gang.close();
    }

    private WireSocket throttled(MessageHandler handler) {
        WireSocket.Bind where = new WireSocket.Bind("127.0.0.1", 0, "events", gang.serverKeys);
        return gang.broker.loop.call(
                () -> WireSocket.bind(
                        gang.broker.loop,
                        SocketRole.EVENT_SERVER,
                        where,
                        gang.zap,
                        MessageBounds.DEFAULT,
                        throttle,
                        handler),
                Peer.DEADLINE);
    }

    private static int fill(Peer rank, WireSocket push, int from, int count) {
        return rank.loop.call(
                () -> {
                    int next = from;
                    while (next < from + count
                            && push.send(List.of(ByteBuffer.allocate(1000).putInt(0, next)))) {
                        next++;
                    }
                    return next - from;
                },
                Peer.DEADLINE);
    }

    @Test
    void whoStaysWithinAWindowLosesNothingThoughItSendsFasterThanItIsRead() {
        List<Integer> seen = new ArrayList<>();
        WireSocket slow = throttled(message -> seen.add(message.frames().get(0).getInt(0)));
        Peer rank = gang.peer("rank");
        WireSocket push = rank.connect(SocketRole.EVENT_CLIENT, gang.to(slow, gang.keys(1), "s/0/1"), m -> {});
        assertThat(fill(rank, push, 0, 1024)).isEqualTo(1024);
        Awaitility.await().until(() -> gang.broker.loop.call(seen::size, Peer.DEADLINE) >= 1024);
        assertThat(seen).hasSize(1024).isSorted().doesNotHaveDuplicates();
        assertThat(gang.dropped(slow)).isZero();
        long held = gang.broker.loop.call(slow::heldNanos, Peer.DEADLINE);
        // A second's worth at once, the rest at the rate.
        assertThat(held).isGreaterThan(900_000_000L);
    }

    @Test
    void aFloodIsStoppedAtItsSenderWhileAnotherSocketIsRead() throws Exception {
        AtomicInteger read = new AtomicInteger();
        WireSocket slow = throttled(message -> {
            assertThat(message.frames().get(0).remaining()).isEqualTo(1000);
            read.incrementAndGet();
        });
        Peer flooder = gang.peer("flooder");
        WireSocket push = flooder.connect(SocketRole.EVENT_CLIENT, gang.to(slow, gang.keys(1), "s/0/1"), m -> {});
        int sent = 0;
        while (read.get() < 3 * RATE) {
            sent += fill(flooder, push, sent, 256);
        }
        // Both marks, what TCP holds, and what was read.
        assertThat(sent).isBetween(4096, 30_000);
        gang.assertUndisturbed();
    }
}
