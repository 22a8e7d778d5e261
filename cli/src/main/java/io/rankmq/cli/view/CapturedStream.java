// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.run.RunEvent;
import io.rankmq.cli.run.RunWatcher;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Takes the place of System.out or System.err while a job runs: what handlers print and what is logged becomes events line by line, so
 * that it neither breaks the live line nor the JSON. Any thread.
 */
public final class CapturedStream extends OutputStream {
    private static final int LONGEST = 1 << 16;

    private final RunWatcher watcher;
    private final boolean isError;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private CapturedStream(RunWatcher watcher, boolean isError) {
        this.watcher = watcher;
        this.isError = isError;
    }

    /** A stream for {@link System#setOut} or {@link System#setErr}; closing it tells the last line if it has no end. */
    public static PrintStream of(RunWatcher watcher, boolean isError) {
        return new PrintStream(new CapturedStream(watcher, isError), true, StandardCharsets.UTF_8);
    }

    @Override
    public synchronized void write(int b) {
        if (b == '\n') {
            tell();
        } else {
            line.write(b);
            if (line.size() >= LONGEST) {
                tell();
            }
        }
    }

    @Override
    public synchronized void write(byte[] bytes, int offset, int length) {
        for (int i = 0; i < length; i++) {
            write(bytes[offset + i]);
        }
    }

    @Override
    public synchronized void close() {
        if (line.size() > 0) {
            tell();
        }
    }

    private void tell() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        watcher.on(new RunEvent.Output(
                null, "", isError, text.endsWith("\r") ? text.substring(0, text.length() - 1) : text));
    }
}
