// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words by the quoting rules of the POSIX shell and by nothing else: {@code #} begins no comment, and
 * variables, wildcards, {@code ~} and operators are plain text. So every path can be written.
 */
final class ShellWords {
    private static final String ESCAPABLE_IN_DOUBLE_QUOTES = "\"\\$`\n";

    private final String line;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private int at;

    private ShellWords(String line) {
        this.line = line;
    }

    /**
     * The words of a line.
     *
     * @throws IllegalArgumentException if a quote is not closed or a backslash ends the line
     */
    static List<String> split(String line) {
        return new ShellWords(line).split();
    }

    private List<String> split() {
        while (at < line.length()) {
            char c = line.charAt(at);
            switch (c) {
                case ' ', '\t', '\n', '\r' -> endWord();
                case '\'' -> singleQuoted();
                case '"' -> doubleQuoted();
                case '\\' -> escaped();
                default -> append(c);
            }
            at++;
        }
        endWord();
        return List.copyOf(words);
    }

    private void append(char c) {
        word.append(c);
        inWord = true;
    }

    private void endWord() {
        if (inWord) {
            words.add(word.toString());
            word.setLength(0);
            inWord = false;
        }
    }

    private void singleQuoted() {
        int end = line.indexOf('\'', at + 1);
        if (end < 0) {
            throw unclosed(at);
        }
        word.append(line, at + 1, end);
        inWord = true;
        at = end;
    }

    private void doubleQuoted() {
        int start = at;
        inWord = true;
        for (at++; at < line.length() && line.charAt(at) != '"'; at++) {
            boolean escapes = line.charAt(at) == '\\'
                    && at + 1 < line.length()
                    && ESCAPABLE_IN_DOUBLE_QUOTES.indexOf(line.charAt(at + 1)) >= 0;
            if (escapes) {
                at++;
            }
            if (!escapes || line.charAt(at) != '\n') {
                word.append(line.charAt(at));
            }
        }
        if (at >= line.length()) {
            throw unclosed(start);
        }
    }

    private void escaped() {
        at++;
        if (at >= line.length()) {
            throw new IllegalArgumentException("it ends in a backslash that escapes nothing; remove it, or double it");
        }
        // The shell joins lines at a backslash.
        if (line.charAt(at) != '\n') {
            append(line.charAt(at));
        }
    }

    private IllegalArgumentException unclosed(int quote) {
        return new IllegalArgumentException("the quote " + line.charAt(quote) + " at character " + (quote + 1) + " of <"
                + line + "> is not closed; close it, or write the command as a list of words");
    }
}
