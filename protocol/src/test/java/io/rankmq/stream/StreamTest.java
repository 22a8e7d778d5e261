// SPDX-License-Identifier: Apache-2.0
package io.rankmq.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamTest {

    @Test
    void whatIsLostRepeatedOrReorderedArrivesOnceAndInOrder() {
        for (long seed = 0; seed < 200; seed++) {
            deliversOnceAndInOrder(new Random(seed), seed);
        }
    }

    private static void deliversOnceAndInOrder(Random random, long seed) {
        OutboundLog<Integer> sender = new OutboundLog<>(1000, Long.MAX_VALUE);
        InboundSequence receiver = new InboundSequence();
        List<Integer> received = new java.util.ArrayList<>();
        java.util.ArrayDeque<OutboundLog.Entry<Integer>> wire = new java.util.ArrayDeque<>();
        int sent = 0;
        long now = 0;
        while (received.size() < 100) {
            now += 1_000_000;
            if (sent < 100) {
                sender.append(sent, 1);
                wire.addAll(sender.from(sender.newest()));
                sent++;
            }
            if (wire.size() > 1 && random.nextInt(4) == 0) {
                wire.addLast(wire.removeFirst());
            }
            OutboundLog.Entry<Integer> entry = wire.pollFirst();
            if (entry != null && random.nextInt(3) == 0) {
                entry = random.nextBoolean() ? null : entry;
                wire.addAll(entry == null ? List.of() : List.of(entry));
            }
            if (entry != null && receiver.offer(entry.seq()) == InboundSequence.Verdict.NEXT) {
                received.add(entry.message());
            }
            sender.acknowledge(receiver.taken());
            if (receiver.isBehind(sender.newest()) && receiver.mayAsk(now)) {
                wire.addAll(sender.from(receiver.taken() + 1));
            }
        }
        assertThat(received)
                .as("seed %d", seed)
                .isSorted()
                .doesNotHaveDuplicates()
                .hasSize(100);
        assertThat(sender.size()).isZero();
    }

    @Test
    void theSameNumberIsAskedForOnlyOnceInFiftyMilliseconds() {
        InboundSequence receiver = new InboundSequence();
        assertThat(receiver.mayAsk(0)).isTrue();
        assertThat(receiver.mayAsk(InboundSequence.ASK_AGAIN_NANOS - 1)).isFalse();
        assertThat(receiver.mayAsk(InboundSequence.ASK_AGAIN_NANOS)).isTrue();
        receiver.offer(1);
        assertThat(receiver.mayAsk(InboundSequence.ASK_AGAIN_NANOS)).isTrue();
    }

    @Test
    void aFullLogTakesNothingUntilSomethingIsAcknowledged() {
        OutboundLog<String> log = new OutboundLog<>(2, 100);
        log.append("a", 1);
        log.append("b", 1);
        assertThatThrownBy(() -> log.append("c", 1)).isInstanceOf(IllegalStateException.class);
        log.acknowledge(1);
        assertThat(log.append("c", 500)).isEqualTo(3);
        assertThat(log.isFull()).isTrue();
        log.acknowledge(Long.MAX_VALUE);
        assertThat(log.size()).isZero();
        assertThat(log.acknowledged()).isEqualTo(3);
        assertThat(log.isFull()).isFalse();
    }
}
