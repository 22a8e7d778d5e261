// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Text for a POSIX shell. */
final class ShellText {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

    private ShellText() {}

    /** A word that means itself, whatever is in it. */
    static String quoted(String word) {
        return "'" + word.replace("'", "'\\''") + "'";
    }

    static String quoted(List<String> words) {
        return words.stream().map(ShellText::quoted).collect(Collectors.joining(" "));
    }

    /** Sets and exports variables; a shell cannot set one whose name it does not take, so that one is left out. */
    static String exports(Map<String, String> variables) {
        return variables.entrySet().stream()
                .filter(variable -> NAME.matcher(variable.getKey()).matches())
                .map(variable -> "export " + variable.getKey() + "=" + quoted(variable.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    /** How long a text is when it is sent. */
    static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** A function whose body is text. */
    static String function(String name, String body) {
        return name + "() {\n" + body + (body.endsWith("\n") ? "" : "\n") + ":\n}\n";
    }

    /**
     * The words that let a shell run a text which is sent to its standard input, and leave what follows there alone. The text is not on the
     * command line, so it may hold secrets.
     */
    static List<String> reader(int bytes) {
        return List.of("sh", "-c", "eval \"$(dd bs=1 count=" + bytes + " 2>/dev/null)\"", "rankmq-agent");
    }
}
