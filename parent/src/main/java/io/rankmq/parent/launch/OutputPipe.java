// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.Closeable;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Our end of a named pipe that a process will write to. It is used in place of the pipes of {@link Process}: Java empties its own when the
 * process ends, and never comes back from that while a child of the process goes on writing.
 */
final class OutputPipe implements Closeable {
    private final Path file;
    private final RandomAccessFile bothWays;
    private final InputStream in;

    private OutputPipe(Path file, RandomAccessFile bothWays, InputStream in) {
        this.file = file;
        this.bothWays = bothWays;
        this.in = in;
    }

    /** Opens a pipe that exists. */
    static OutputPipe open(Path file) throws IOException {
        // To open one direction alone waits until somebody opens the other; to open both never waits.
        RandomAccessFile bothWays = new RandomAccessFile(file.toFile(), "rw");
        try {
            return new OutputPipe(file, bothWays, new FileInputStream(file.toFile()));
        } catch (IOException e) {
            bothWays.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    InputStream in() {
        return in;
    }

    /** The process has its end: ours is for reading only from now. */
    void release() throws IOException {
        bothWays.close();
    }

    @Override
    public void close() throws IOException {
        bothWays.close();
        in.close();
    }
}
