// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON text into maps, lists, strings, {@link Long}, {@link Double} and {@link Boolean}; {@link #NULL} stands for null. Strict: a key comes
 * once, and nothing stands behind the value. Its own reader, because a rank reads one page of JSON in its life, and a library's first page costs
 * a tenth of a second of processor time.
 */
final class JsonText {
    static final Object NULL = new Object();

    /** The documents here have three levels. */
    private static final int MAX_DEPTH = 16;

    private static final int END = -1;

    private final String text;
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /** Where a text is no JSON. */
    static final class Fault extends Exception {
        private static final long serialVersionUID = 1L;

        private final int line;
        private final int column;

        Fault(int line, int column) {
            super("no JSON", null, false, false);
            this.line = line;
            this.column = column;
        }

        int line() {
            return line;
        }

        int column() {
            return column;
        }
    }

    static Object read(String text) throws Fault {
        JsonText reader = new JsonText(text);
        Object value = reader.value(1);
        if (reader.peek() != END) {
            throw reader.fault();
        }
        return value;
    }

    private Object value(int depth) throws Fault {
        if (depth > MAX_DEPTH) {
            throw fault();
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", NULL);
            default -> number();
        };
    }

    private Map<String, Object> object(int depth) throws Fault {
        Map<String, Object> members = new LinkedHashMap<>();
        at++;
        if (!takes('}')) {
            do {
                if (peek() != '"') {
                    throw fault();
                }
                String key = string();
                expect(':');
                if (members.put(key, value(depth + 1)) != null) {
                    throw fault();
                }
            } while (takes(','));
            expect('}');
        }
        return members;
    }

    private List<Object> array(int depth) throws Fault {
        List<Object> elements = new ArrayList<>();
        at++;
        if (!takes(']')) {
            do {
                elements.add(value(depth + 1));
            } while (takes(','));
            expect(']');
        }
        return elements;
    }

    private String string() throws Fault {
        StringBuilder read = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char next = text.charAt(at);
            if (next == '"') {
                at++;
                return read.toString();
            }
            if (next < ' ') {
                break;
            }
            read.append(next == '\\' ? escaped() : next);
        }
        throw fault();
    }

    /** The character that the escape at this place stands for; moves to the last character of the escape. */
    private char escaped() throws Fault {
        at++;
        int kind = at < text.length() ? text.charAt(at) : END;
        return switch (kind) {
            case '"', '\\', '/' -> (char) kind;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw fault();
        };
    }

    private char hexadecimal() throws Fault {
        int code = 0;
        for (int end = at + 4; at < end; ) {
            at++;
            int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
            if (digit < 0 || text.charAt(at) > 'f') {
                throw fault();
            }
            code = code * 16 + digit;
        }
        return (char) code;
    }

    private Object word(String word, Object meaning) throws Fault {
        if (!text.startsWith(word, at)) {
            throw fault();
        }
        at += word.length();
        return meaning;
    }

    private Number number() throws Fault {
        int from = at;
        boolean whole = true;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            whole &= "+.eE".indexOf(text.charAt(at)) < 0;
            at++;
        }
        String number = text.substring(from, at);
        if (!isNumber(number)) {
            at = from;
            throw fault();
        }
        try {
            return whole ? (Number) Long.valueOf(number) : Double.valueOf(number);
        } catch (NumberFormatException tooLarge) {
            return Double.valueOf(number);
        }
    }

    private static boolean isNumber(String number) {
        int digits = number.startsWith("-") ? 1 : 0;
        boolean leadingZero = number.startsWith("0", digits)
                && digits + 1 < number.length()
                && Character.isDigit(number.charAt(digits + 1));
        return !leadingZero && number.matches("-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    }

    private boolean takes(char wanted) {
        boolean there = peek() == wanted;
        at += there ? 1 : 0;
        return there;
    }

    private void expect(char wanted) throws Fault {
        if (!takes(wanted)) {
            throw fault();
        }
    }

    /** The next character that is no white space, or {@link #END}. */
    private int peek() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at < text.length() ? text.charAt(at) : END;
    }

    private Fault fault() {
        int end = Math.min(at, text.length());
        int lineStart = text.lastIndexOf('\n', end - 1) + 1;
        int line = (int) text.substring(0, end).chars().filter(c -> c == '\n').count() + 1;
        return new Fault(line, end - lineStart + 1);
    }
}
