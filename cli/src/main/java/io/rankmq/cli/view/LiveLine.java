// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.io.PrintStream;
import java.util.function.IntSupplier;

/**
 * One line on a terminal that stays below all others. It moves the cursor with nothing but a carriage return and an erase to the end
 * of the line, in one write, so that it does not flicker. A progress bar library would bring a terminal library along, and its start costs
 * more than this needs.
 */
final class LiveLine implements LineSink {
    private static final String ERASE = "\r\u001b[K";

    private final PrintStream out;
    private final PrintStream terminal;
    private final boolean outIsTerminal;
    private final IntSupplier width;
    private String shown = "";

    /**
     * A live line.
     *
     * @param out standard output
     * @param terminal standard error, which is a terminal
     * @param outIsTerminal whether standard output is a terminal too, and so the same one
     * @param width the terminal's columns, asked for each time
     */
    LiveLine(PrintStream out, PrintStream terminal, boolean outIsTerminal, IntSupplier width) {
        this.out = out;
        this.terminal = terminal;
        this.outIsTerminal = outIsTerminal;
        this.width = width;
    }

    /** Shows a text in the live line, cut to the terminal's width; an empty one removes it. */
    void set(String text) {
        // The last column stays free: many terminals wrap as soon as it is filled.
        String cut = TextWidth.cut(text, width.getAsInt() - 1);
        if (!cut.equals(shown)) {
            write(terminal, cut.isEmpty() ? ERASE : "\r" + cut + "\u001b[K");
            shown = cut;
        }
    }

    @Override
    public void out(String line) {
        if (outIsTerminal) {
            write(terminal, shown.isEmpty() ? line + "\n" : ERASE + line + "\n" + shown);
        } else {
            write(out, line + "\n");
        }
    }

    @Override
    public void err(String line) {
        write(terminal, shown.isEmpty() ? line + "\n" : ERASE + line + "\n" + shown);
    }

    private static void write(PrintStream stream, String text) {
        stream.print(text);
        stream.flush();
    }
}
