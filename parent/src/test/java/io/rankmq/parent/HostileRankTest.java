// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.WireError;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A rank with a good key sends what it must not; its session goes on, and every message is counted. */
class HostileRankTest {
    private static final int MESSAGES = 2000;

    private final LightGang gang = new LightGang();

    @Test
    void malformedMessagesAreCountedAndChangeNothing() {
        Random random = new Random(20261122);
        try (Session session = start()) {
            int sent = 0;
            while (sent < MESSAGES) {
                List<ByteBuffer> frames = mutated(session.id(), random);
                if (!isMessage(frames)) {
                    gang.sendRaw(1, random.nextBoolean(), frames);
                    sent++;
                }
            }
            countsAndGoesOn(session, sent);
        }
    }

    @Test
    void aRankThatClaimsToBeAnotherChangesNothing() {
        try (Session session = start()) {
            Message failed = new Message.Failed(1, WireError.of(ErrorCode.INTERNAL, "rank 0 is to blame"));
            gang.sendRaw(1, false, MessageCodec.encode(new Envelope(session.id(), 0, 0, 2), failed));
            gang.sendRaw(1, false, MessageCodec.encode(new Envelope("s-other", 0, 1, 2), failed));
            gang.sendRaw(1, false, MessageCodec.encode(new Envelope(session.id(), 7, 1, 2), failed));
            countsAndGoesOn(session, 3);
        }
    }

    @Test
    void aFloodOfEventsBeyondTheWindowIsNotTaken() {
        SessionLimits narrow = SessionLimits.DEFAULT.withEventWindow(4);
        CountDownLatch release = new CountDownLatch(1);
        try (Session session = builder()
                .limits(narrow)
                .handler((type, context) -> {
                    if (type.equals("flood")) {
                        release.await();
                    }
                })
                .start()) {
            Body body = new Body(ByteBuffer.wrap(EMPTY_CONTEXT), List.of());
            for (int seq = 1; seq <= 1000; seq++) {
                gang.sendRaw(
                        1,
                        true,
                        MessageCodec.encode(
                                new Envelope(session.id(), 0, 1, seq), new Message.Event("flood", false, body)));
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(session.stats().gaps()).isEqualTo(996));
            release.countDown();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(session.stats().eventsUp()).isEqualTo(4));
        }
    }

    /** The msgpack of {"context": {}}. */
    private static final byte[] EMPTY_CONTEXT = {
        (byte) 0x81, (byte) 0xa7, 'c', 'o', 'n', 't', 'e', 'x', 't', (byte) 0x80
    };

    private static void countsAndGoesOn(Session session, int rejected) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(session.stats().rejected()).isEqualTo(rejected));
        assertThat(session.execute("task", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
        assertThat(session.ranks()).allMatch(rank -> rank.state() == RankInfo.State.READY);
    }

    private static List<ByteBuffer> mutated(String session, Random random) {
        Message message = random.nextBoolean()
                ? new Message.Event("e", random.nextBoolean(), new Body(ByteBuffer.wrap(EMPTY_CONTEXT), List.of()))
                : new Message.Result(1, "t1", "OK", null, Body.NONE);
        List<ByteBuffer> frames = new ArrayList<>();
        for (ByteBuffer frame : MessageCodec.encode(new Envelope(session, 0, 1, 1 + random.nextInt(5)), message)) {
            byte[] bytes = new byte[frame.remaining()];
            frame.duplicate().get(bytes);
            int keep = random.nextInt(4) == 0 ? random.nextInt(bytes.length) : bytes.length;
            bytes = Arrays.copyOf(bytes, keep);
            for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            frames.add(ByteBuffer.wrap(bytes));
        }
        if (random.nextInt(5) == 0) {
            frames.add(ByteBuffer.allocate(random.nextInt(2000)));
        }
        return frames;
    }

    private static boolean isMessage(List<ByteBuffer> frames) {
        try {
            MessageCodec.decode(frames.stream().map(ByteBuffer::duplicate).toList(), Sender.RANK);
            return true;
        } catch (ProtocolException malformed) {
            return false;
        }
    }

    private Session start() {
        return builder().start();
    }

    private SessionBuilder builder() {
        return Session.builder()
                .worldSize(2)
                .executor("executor")
                .component("executor", "example.Executor", Map.of())
                .allow(List.of("example."))
                .launcher(gang);
    }
}
