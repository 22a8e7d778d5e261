// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A terminal that understands line feed, carriage return, erase to the end of the line, and colours, which it leaves out. Anything else
 * that would move its cursor is an error.
 */
final class FakeTerminal {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> writes = new ArrayList<>();
    private final PrintStream stream = new PrintStream(bytes, true, StandardCharsets.UTF_8) {
        @Override
        public void print(String text) {
            writes.add(text);
            super.print(text);
        }
    };

    PrintStream stream() {
        return stream;
    }

    /** What was written at once, each time. */
    List<String> writes() {
        return writes;
    }

    /** The lines as they stand on the screen; the last one is where the cursor is. */
    List<String> screen() {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        int column = 0;
        String text = bytes.toString(StandardCharsets.UTF_8);
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\n') {
                lines.add(line.toString());
                line.setLength(0);
                column = 0;
            } else if (c == '\r') {
                column = 0;
            } else if (c == '\u001b') {
                int end = at + 2;
                while (Character.isDigit(text.charAt(end)) || text.charAt(end) == ';') {
                    end++;
                }
                if (text.charAt(end) == 'K') {
                    line.setLength(Math.min(line.length(), column));
                } else if (text.charAt(end) != 'm') {
                    throw new AssertionError("the cursor is moved by " + text.substring(at + 1, end + 1));
                }
                at = end;
            } else {
                if (column < line.length()) {
                    line.setCharAt(column, c);
                } else {
                    line.append(c);
                }
                column++;
            }
        }
        lines.add(line.toString());
        return lines;
    }
}
