// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The log file of one output. A file that cannot be written is told once and given up; the output is read on, or its rank would block. */
final class RankLog {
    private final Path file;
    private final Consumer<String> failures;
    private @Nullable OutputStream raw;
    private @Nullable OutputStream out;

    RankLog(Path file, Consumer<String> failures) {
        this.file = file;
        this.failures = failures;
    }

    /** Makes the file and its folders. */
    void open() {
        attempt(() -> {
            Path folder = file.getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            OutputStream opened = Files.newOutputStream(file);
            raw = opened;
            out = new BufferedOutputStream(opened, 16 * 1024);
        });
    }

    void write(String line) {
        OutputStream to = out;
        if (to != null) {
            attempt(() -> {
                to.write(line.getBytes(StandardCharsets.UTF_8));
                to.write('\n');
            });
        }
    }

    void flush() {
        OutputStream to = out;
        if (to != null) {
            attempt(to::flush);
        }
    }

    void close() {
        flush();
        giveUp();
    }

    private interface Action {
        void run() throws IOException;
    }

    private void attempt(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            giveUp();
            failures.accept("the log file " + file + " cannot be written: " + reason(e)
                    + "; free some space or choose another log folder");
        }
    }

    /** Closes without a flush, which would fail again. */
    private void giveUp() {
        OutputStream opened = raw;
        out = null;
        raw = null;
        if (opened != null) {
            try {
                opened.close();
            } catch (IOException e) {
                // It was flushed, or its failure was told.
            }
        }
    }

    private static String reason(IOException e) {
        if (e instanceof FileSystemException failure) {
            String why = failure.getReason();
            return (why == null ? failure.getClass().getSimpleName() : why) + " (" + failure.getFile() + ")";
        }
        return String.valueOf(e.getMessage());
    }
}
