// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineCutterTest {
    private final List<String> lines = new ArrayList<>();
    private final LineCutter cutter = new LineCutter(lines::add);

    @Test
    void endsLinesAtEachKindOfEnd() {
        feed("a\nb\r\n\nc\r\n\r\n");
        assertThat(lines).containsExactly("a", "b", "", "c", "");
    }

    @Test
    void showsAProgressBarWhileItMoves() {
        feed("\r10%\r20%");
        assertThat(lines).containsExactly("10%");
        feed("\r30%\n");
        assertThat(lines).containsExactly("10%", "20%", "30%");
    }

    @Test
    void joinsWhatArrivesInPieces() {
        byte[] bytes = "Grüße €\r\nx".getBytes(StandardCharsets.UTF_8);
        for (byte b : bytes) {
            cutter.feed(new byte[] {b}, 1);
        }
        cutter.end();
        cutter.end();
        assertThat(lines).containsExactly("Grüße €", "x");
    }

    @Test
    void keepsALineOfExactlyTheLimit() {
        String line = "x".repeat(LineCutter.MAX_LINE_BYTES);
        feed(line + "\n");
        assertThat(lines).containsExactly(line);
    }

    @Test
    void saysHowMuchOfALongLineIsMissing() {
        feed("x".repeat(LineCutter.MAX_LINE_BYTES + 10) + "\nnext\n");
        assertThat(lines.get(0))
                .isEqualTo("x".repeat(LineCutter.MAX_LINE_BYTES - 1) + " [11 more bytes of this line were cut off]");
        assertThat(lines.get(1)).isEqualTo("next");
    }

    @Test
    void dividesNoCharacter() {
        feed("x".repeat(LineCutter.MAX_LINE_BYTES - 2) + "€uro\n");
        assertThat(lines.get(0))
                .isEqualTo("x".repeat(LineCutter.MAX_LINE_BYTES - 2) + " [6 more bytes of this line were cut off]");
    }

    private void feed(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        cutter.feed(bytes, bytes.length);
    }
}
