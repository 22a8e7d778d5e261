// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.OutputEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is kept, in which order, and what is left out. */
class OutputRelayTest {
    private final List<List<OutputEvent.Piece>> sent = new ArrayList<>();
    private boolean hasRoom = true;
    private final OutputRelay relay = new OutputRelay(this::offer);

    private boolean offer(Supplier<List<OutputEvent.Piece>> pieces) {
        if (hasRoom) {
            sent.add(pieces.get());
        }
        return hasRoom;
    }

    private void write(boolean isError, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        relay.add(isError, bytes, 0, bytes.length);
    }

    private static String text(OutputEvent.Piece piece) {
        return (piece.isError() ? "err:" : "out:") + new String(piece.bytes(), StandardCharsets.UTF_8);
    }

    @Test
    void bothOutputsAreInTheOrderInWhichTheyWereWritten() {
        write(false, "one ");
        write(false, "two\n");
        write(true, "three\n");
        write(false, "four\n");
        relay.flush();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0))
                .extracting(OutputRelayTest::text)
                .containsExactly("out:one two\n", "err:three\n", "out:four\n");
    }

    @Test
    void nothingIsSentWhenNothingWasWrittenAndNothingTwice() {
        relay.flush();
        write(false, "once");
        relay.flush();
        relay.flush();
        assertThat(sent).hasSize(1);
    }

    @Test
    void whatFindsNoRoomIsSentLater() {
        hasRoom = false;
        write(false, "kept ");
        relay.flush();
        write(false, "until then");
        hasRoom = true;
        relay.flush();
        assertThat(sent).hasSize(1);
        assertThat(sent.get(0)).extracting(OutputRelayTest::text).containsExactly("out:kept until then");
    }

    @Test
    void piecesAreNotLargerThanTheProtocolAllows() {
        write(false, "x".repeat(OutputEvent.MAX_PIECE - 1));
        write(false, "y".repeat(OutputEvent.MAX_PIECE));
        relay.flush();
        assertThat(sent.get(0))
                .extracting(piece -> piece.bytes().length)
                .containsExactly(OutputEvent.MAX_PIECE, OutputEvent.MAX_PIECE - 1);
    }

    @Test
    void whatIsTooMuchIsLeftOutAndCountedWhereItIsMissing() {
        write(true, "first\n");
        write(false, "x".repeat(OutputRelay.CAPACITY));
        write(true, "gone");
        write(false, "gone too");
        relay.flush();
        write(false, "again\n");
        relay.flush();
        long kept = 0;
        long leftOut = 0;
        for (OutputEvent.Piece piece : sent.get(0)) {
            kept += piece.bytes().length;
            leftOut += piece.leftOut();
        }
        assertThat(kept).isLessThanOrEqualTo(OutputRelay.CAPACITY);
        assertThat(kept + leftOut).isEqualTo("first\ngonegone too".length() + OutputRelay.CAPACITY);
        assertThat(sent.get(0)).filteredOn(piece -> piece.leftOut() > 0).hasSize(2);
        assertThat(sent.get(1)).extracting(OutputRelayTest::text).containsExactly("out:again\n");
    }

    @Test
    void manySmallPartsAreBoundedToo() {
        for (int i = 0; i < 2 * OutputRelay.CAPACITY; i++) {
            write(i % 2 == 0, "x");
        }
        relay.flush();
        assertThat(sent.get(0)).hasSizeLessThan(OutputRelay.CAPACITY / 60);
    }
}
