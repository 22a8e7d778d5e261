// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether standard output and standard error are terminals, and how wide. Any thread. */
public final class Terminal {
    private static final int USUAL_WIDTH = 80;
    private static final Pattern SIZE = Pattern.compile("\\d+ (\\d+)");
    private static final File DEVICE = new File("/dev/tty");

    private final boolean outIsTerminal;
    private final boolean errIsTerminal;
    private volatile int width;

    private Terminal(boolean outIsTerminal, boolean errIsTerminal) {
        this.outIsTerminal = outIsTerminal;
        this.errIsTerminal = errIsTerminal;
    }

    /** What this process writes to. */
    public static Terminal detect() {
        return new Terminal(isTerminal(1), isTerminal(2));
    }

    /** Whether standard output is a terminal. */
    public boolean outIsTerminal() {
        return outIsTerminal;
    }

    /** Whether standard error is a terminal. */
    public boolean errIsTerminal() {
        return errIsTerminal;
    }

    /** Columns; asked for once, and again after {@link #resized}. */
    public int width() {
        int known = width;
        if (known == 0) {
            known = askWidth();
            width = known;
        }
        return known;
    }

    /** The terminal may have another width now. */
    public void resized() {
        width = 0;
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException e) {
            // No /proc: a shell can tell, since it inherits the descriptor.
            return succeeds("test -t " + descriptor);
        }
    }

    private static boolean succeeds(String command) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", command).inheritIO().start();
            return shell.waitFor(1, TimeUnit.SECONDS) && shell.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** A process of some milliseconds, where a library would load native code. */
    private static int askWidth() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(DEVICE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!stty.waitFor(1, TimeUnit.SECONDS)) {
                stty.destroyForcibly();
                return USUAL_WIDTH;
            }
            String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher size = SIZE.matcher(answer.strip());
            int columns = size.matches() ? Integer.parseInt(size.group(1)) : 0;
            return columns > 0 ? columns : USUAL_WIDTH;
        } catch (IOException | NumberFormatException e) {
            return USUAL_WIDTH;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return USUAL_WIDTH;
        }
    }
}
