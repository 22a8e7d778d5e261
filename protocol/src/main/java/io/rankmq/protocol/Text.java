// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Text as the protocol counts it, in Unicode code points, and as strict UTF-8. */
final class Text {
    private Text() {}

    /** The first {@code max} characters. */
    static String head(String text, int max) {
        return isLonger(text, max) ? text.substring(0, text.offsetByCodePoints(0, max)) : text;
    }

    /** The last {@code max} characters. */
    static String tail(String text, int max) {
        return isLonger(text, max) ? text.substring(text.offsetByCodePoints(text.length(), -max)) : text;
    }

    /** Whether the text has more than {@code max} characters. */
    static boolean isLonger(String text, int max) {
        return text.length() > max && text.codePointCount(0, text.length()) > max;
    }

    /** The same name, if it is short enough to travel. */
    static String name(String what, String name) {
        if (isLonger(name, Limits.TEXT_CHARACTERS)) {
            throw new IllegalArgumentException(what + " has " + name.length() + " characters, at most "
                    + Limits.TEXT_CHARACTERS + " can travel; it starts with '" + head(name, 40) + "'");
        }
        return name;
    }

    /** Whether every surrogate has its other half; a text without is no Unicode and cannot be written as UTF-8. */
    static boolean isUnicode(String text) {
        int i = 0;
        while (i < text.length()) {
            int point = text.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                return false;
            }
            i += Character.charCount(point);
        }
        return true;
    }

    /** Decodes strictly. */
    static String decode(byte[] bytes, int offset, int length) throws CharacterCodingException {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] < 0) {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes, offset, length))
                        .toString();
            }
        }
        return new String(bytes, offset, length, StandardCharsets.ISO_8859_1);
    }
}
