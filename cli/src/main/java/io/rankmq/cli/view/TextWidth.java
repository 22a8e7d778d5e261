// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.lang.Character.UnicodeScript;

/** How many columns a text takes on a terminal. */
final class TextWidth {

    private TextWidth() {}

    /** The beginning of a text that fits into that many columns; colours take none, and are ended where the text is cut. */
    static String cut(String text, int columns) {
        int used = 0;
        boolean coloured = false;
        for (int at = 0; at < text.length(); ) {
            if (text.charAt(at) == '\u001b') {
                int end = text.indexOf('m', at);
                at = end < 0 ? text.length() : end + 1;
                coloured = true;
                continue;
            }
            int point = text.codePointAt(at);
            used += columnsOf(point);
            if (used > Math.max(0, columns)) {
                return text.substring(0, at) + (coloured ? "\u001b[0m" : "");
            }
            at += Character.charCount(point);
        }
        return text;
    }

    private static int columnsOf(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || type == Character.FORMAT) {
            return 0;
        }
        if (point < 0x1100) {
            return 1;
        }
        return switch (UnicodeScript.of(point)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, YI -> 2;
            default -> {
                boolean isWide = (point >= 0x1F300 && point <= 0x1FAFF) || (point >= 0xFF01 && point <= 0xFF60);
                yield isWide ? 2 : 1;
            }
        };
    }
}
