// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The writer keeps to the ranges of docs/protocol.md, section 2, as the reader does: what it would write, nobody could read. */
class WriterRangesTest {
    private static final long TOO_FAR = (1L << 53) + 1;

    @Test
    void placesInAStreamAreWithinTheirRange() {
        refused(1, Envelope.UNNUMBERED, new Message.RankHeartbeat(-1, 0), "applied");
        refused(1, Envelope.UNNUMBERED, new Message.RankHeartbeat(0, TOO_FAR), "newest");
        refused(1, Envelope.UNNUMBERED, new Message.Resend(StreamName.COMMANDS, 0), "from");
        refused(1, 1, new Message.EventHandled(1, 0, null, Body.NONE), "command");
        refused(Envelope.PARENT, Envelope.UNNUMBERED, new Message.Ack(StreamName.EVENTS, -1), "upto");
        refused(Envelope.PARENT, Envelope.UNNUMBERED, new Message.EventReply(0, null, Body.NONE), "event_seq");
    }

    @Test
    void timesVersionsAndSizesAreWithinTheirRange() {
        refused(Envelope.PARENT, Envelope.UNNUMBERED, new Message.Welcome(0, 1, 0, 1, 1, 1), "version");
        refused(Envelope.PARENT, Envelope.UNNUMBERED, new Message.Welcome(1, 65_537, 0, 1, 1, 1), "world_size");
        refused(Envelope.PARENT, Envelope.UNNUMBERED, new Message.Welcome(1, 1, 0, 1, 1, 0), "event_window");
        refused(Envelope.PARENT, 1, new Message.Close(-1, "over"), "grace");
        refused(
                Envelope.PARENT,
                1,
                new Message.HandleEvent("e", List.of(65_536), new Body(java.nio.ByteBuffer.allocate(1), List.of())),
                "reply");
    }

    @Test
    void aStreamIsAcknowledgedByItsReceiverOnly() {
        refused(1, Envelope.UNNUMBERED, new Message.Ack(StreamName.REPORTS, 1), "stream");
        refused(Envelope.PARENT, Envelope.UNNUMBERED, new Message.Resend(StreamName.COMMANDS, 1), "stream");
    }

    @Test
    void aReturnCodeIsAKnownOne() {
        refused(1, 1, new Message.Result(1, "t1", "FINE", null, Body.NONE), "return_code");
    }

    private static void refused(int rank, long seq, Message message, String field) {
        assertThatThrownBy(() -> MessageCodec.encode(new Envelope("s", 0, rank, seq), message))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("'" + field + "'");
    }
}
