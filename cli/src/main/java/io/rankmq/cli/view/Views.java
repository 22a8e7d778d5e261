// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.io.PrintStream;
import java.time.Instant;
import java.util.Map;

/** Chooses how a run is shown. */
public final class Views {

    private Views() {}

    /** The forms. */
    public enum Form {
        /** For a person: a live line on a terminal, lines elsewhere. */
        TEXT,
        /** One JSON object a line. */
        JSON,
        /** A failure only. */
        QUIET
    }

    /**
     * A view.
     *
     * @param form which form
     * @param noColour whether colours were refused by an option
     * @param terminal what the two streams are
     * @param out standard output
     * @param err standard error
     */
    public static RunView of(Form form, boolean noColour, Terminal terminal, PrintStream out, PrintStream err) {
        Map<String, String> environment = System.getenv();
        Style outStyle = new Style(Style.wantsColour(noColour, terminal.outIsTerminal(), environment));
        Style errStyle = new Style(Style.wantsColour(noColour, terminal.errIsTerminal(), environment));
        boolean isLive = terminal.errIsTerminal() && !"dumb".equals(environment.get("TERM"));
        return switch (form) {
            case JSON -> new JsonView(out, Instant::now);
            case QUIET -> new QuietView(TextView.plain(LineSink.of(out, err), outStyle, errStyle, System::nanoTime));
            case TEXT ->
                isLive
                        ? TextView.live(
                                new LiveLine(out, err, terminal.outIsTerminal(), terminal::width),
                                outStyle,
                                errStyle,
                                System::nanoTime)
                        : TextView.plain(LineSink.of(out, err), outStyle, errStyle, System::nanoTime);
        };
    }
}
