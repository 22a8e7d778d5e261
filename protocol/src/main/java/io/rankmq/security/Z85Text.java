// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

/** Z85 (ZeroMQ RFC 32): five characters of base 85 for four bytes. */
final class Z85Text {

    static final int KEY_LENGTH = 40;

    private static final String ALPHABET =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

    private Z85Text() {}

    /** Whether the text stands for exactly 32 bytes. */
    static boolean isKey(String text) {
        if (text.length() != KEY_LENGTH) {
            return false;
        }
        for (int group = 0; group < KEY_LENGTH; group += 5) {
            long value = 0;
            for (int i = group; i < group + 5; i++) {
                int digit = ALPHABET.indexOf(text.charAt(i));
                if (digit < 0) {
                    return false;
                }
                value = value * 85 + digit;
            }
            if (value > 0xFFFF_FFFFL) {
                return false;
            }
        }
        return true;
    }
}
