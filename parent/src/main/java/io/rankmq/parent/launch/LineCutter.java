// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Cuts a stream of bytes into lines of text. A line ends at LF, CR LF, or CR, so that a progress bar is seen while it moves. What is not
 * UTF-8 is replaced. Of a line over the limit the beginning is kept, with a note that says how much is missing.
 */
final class LineCutter {
    /** So one rank's endless line cannot use up the parent's memory. */
    static final int MAX_LINE_BYTES = 64 * 1024;

    private final Consumer<String> lines;
    private byte[] line = new byte[256];
    private int length;
    private long missing;
    private boolean afterReturn;

    LineCutter(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Takes the next bytes. */
    void feed(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            byte b = bytes[i];
            boolean secondHalfOfEnd = afterReturn && b == '\n';
            afterReturn = false;
            if (secondHalfOfEnd) {
                continue;
            }
            if (b == '\n') {
                emit();
            } else if (b == '\r') {
                // A progress bar begins with CR: no empty line for it.
                if (length > 0) {
                    emit();
                    afterReturn = true;
                }
            } else {
                append(b);
            }
        }
    }

    /** The stream has ended, or pauses for good: a line without an end is a line too. */
    void end() {
        if (length > 0) {
            emit();
        }
    }

    private void append(byte b) {
        if (length == MAX_LINE_BYTES) {
            missing++;
            return;
        }
        if (length == line.length) {
            line = Arrays.copyOf(line, Math.min(MAX_LINE_BYTES, length * 2));
        }
        line[length++] = b;
    }

    private void emit() {
        String text;
        if (missing > 0) {
            int whole = beginOfLastCharacter();
            text = new String(line, 0, whole, StandardCharsets.UTF_8) + " [" + (missing + length - whole)
                    + " more bytes of this line were cut off]";
        } else {
            text = new String(line, 0, length, StandardCharsets.UTF_8);
        }
        length = 0;
        missing = 0;
        lines.accept(text);
    }

    /** Where a character begins that the cut may have divided. */
    private int beginOfLastCharacter() {
        int at = length - 1;
        while (at > length - 4 && (line[at] & 0xC0) == 0x80) {
            at--;
        }
        return at;
    }
}
