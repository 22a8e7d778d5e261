// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.KeyFileException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Ranks that somebody else has started: nothing is known of their processes, and CLOSE or their lease ends them. */
final class ExternalGang implements Gang {
    private final Path file;
    private final BootstrapDocument document;

    ExternalGang(Path file, BootstrapDocument document) {
        this.file = file;
        this.document = document;
    }

    @Override
    public void joined(int rank, String host, long pid) {
        // Whoever started it watches it.
    }

    @Override
    public List<String> lastLines(int rank, int count) {
        return List.of();
    }

    @Override
    public void terminate() {
        // It can be neither signalled nor killed from here.
    }

    @Override
    public void kill() {
        // As above.
    }

    @Override
    public boolean awaitEnd(Duration atMost) {
        return true;
    }

    /** Removes the document, unless another session has put its own there meanwhile. */
    @Override
    public void close() {
        try {
            if (Files.exists(file) && document.equals(BootstrapDocument.load(file.toString()))) {
                Files.deleteIfExists(file);
            }
        } catch (KeyFileException e) {
            // It is not ours any more: ours could be read.
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + ", which holds a key, cannot be removed; remove it", e);
        }
    }
}
