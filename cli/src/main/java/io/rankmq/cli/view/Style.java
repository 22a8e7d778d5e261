// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.util.Map;
import java.util.regex.Pattern;

/** Colours, or none; and what may reach a terminal of the text that ranks write. */
public final class Style {
    private static final int[] RANK_COLOURS = {36, 33, 35, 32, 34, 96, 93, 95, 92, 94};

    /** A control sequence, an operating system command such as the window's title, or an escape with one character. */
    private static final Pattern SEQUENCE =
            Pattern.compile("\u001b(?:\\[[0-?]*[ -/]*[@-~]|\\][^\u0007\u001b]*(?:\u0007|\u001b\\\\)?|[^\\[\\]\u001b])");

    private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\t\u001b]]|\u001b(?!\\[[0-9;]*m)");

    private final boolean colour;

    /** With colours or without. */
    public Style(boolean colour) {
        this.colour = colour;
    }

    /**
     * Whether colours are wanted: not refused by an option, by NO_COLOR (no-color.org) or by a terminal that has none.
     *
     * @param isTerminal whether the text goes to a terminal
     */
    public static boolean wantsColour(boolean refused, boolean isTerminal, Map<String, String> environment) {
        return isTerminal
                && !refused
                && environment.getOrDefault("NO_COLOR", "").isEmpty()
                && !"dumb".equals(environment.get("TERM"));
    }

    /** {@code [host:rank]} in the rank's colour. */
    String rank(String host, int rank) {
        return paint("[" + host + ":" + rank + "]", RANK_COLOURS[Math.floorMod(rank, RANK_COLOURS.length)]);
    }

    String bold(String text) {
        return paint(text, 1);
    }

    String good(String text) {
        return paint(text, 32);
    }

    String bad(String text) {
        return paint(text, 31);
    }

    String faint(String text) {
        return paint(text, 2);
    }

    /** A line that somebody else wrote: without anything that moves the cursor, and with colours only if colours are wanted. */
    String foreign(String text) {
        if (text.indexOf('\u001b') < 0 && text.chars().noneMatch(c -> c < ' ' || c == 0x7f)) {
            return text;
        }
        String clean = SEQUENCE.matcher(text)
                .replaceAll(found -> colour && COLOUR.matcher(found.group()).matches() ? found.group() : "");
        clean = CONTROL.matcher(clean).replaceAll("");
        return clean.indexOf('\u001b') < 0 ? clean : clean + "\u001b[0m";
    }

    private String paint(String text, int code) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
