// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One of the two outputs of a process. Only the gang's thread reads, and it reads only what is there: a pipe that a forgotten daemon holds
 * open never blocks it.
 */
final class RankStream {

    /** What a pipe holds at most, unless root says otherwise; so all that a process wrote before it ended is within it. */
    private static final int MAX_PIPE_BYTES = 1 << 20;

    static final int CHUNK_BYTES = 64 * 1024;

    private final InputStream in;
    private final @Nullable RankLog log;
    private final LineCutter cutter;
    private final byte[] chunk;

    /**
     * Reads a pipe.
     *
     * @param in the pipe; owned
     * @param log where lines are written too; owned
     * @param chunk buffer to read into, shared by the streams of one thread
     * @param lines told each line
     * @param lastLines keeps the last ones, of both outputs of a process in the order in which they came
     */
    RankStream(InputStream in, @Nullable RankLog log, byte[] chunk, Consumer<String> lines, LastLines lastLines) {
        this.in = in;
        this.log = log;
        this.chunk = chunk;
        this.cutter = new LineCutter(line -> {
            lastLines.add(line);
            if (log != null) {
                log.write(line);
            }
            lines.accept(line);
        });
    }

    static byte[] newChunk() {
        return new byte[CHUNK_BYTES];
    }

    /** Makes the log file. */
    void open() {
        if (log != null) {
            log.open();
        }
    }

    /** Reads what is there, at most one chunk. Returns the number of bytes. */
    int poll() {
        int count = read();
        if (count > 0 && log != null) {
            log.flush();
        }
        return count;
    }

    /** Reads what a process wrote before it ended; its last line may lack its end. */
    void drain() {
        int total = 0;
        int count = read();
        while (count > 0 && total < MAX_PIPE_BYTES) {
            total += count;
            count = read();
        }
        cutter.end();
        if (log != null) {
            log.flush();
        }
    }

    void close() {
        drain();
        if (log != null) {
            log.close();
        }
        try {
            in.close();
        } catch (IOException e) {
            // Nothing more is wanted of it.
        }
    }

    private int read() {
        try {
            int there = in.available();
            int count = there == 0 ? 0 : in.read(chunk, 0, Math.min(there, chunk.length));
            if (count > 0) {
                cutter.feed(chunk, count);
            }
            return Math.max(count, 0);
        } catch (IOException e) {
            return 0;
        }
    }
}
