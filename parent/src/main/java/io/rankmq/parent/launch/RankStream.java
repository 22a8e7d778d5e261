// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.InputStream;

/**
 * One of the two outputs of a process. Only the gang's thread reads, and it reads only what is there: a pipe that a forgotten daemon holds
 * open never blocks it.
 */
final class RankStream {

    /** What a pipe holds at most, unless root says otherwise; so all that a process wrote before it ended is within it. */
    private static final int MAX_PIPE_BYTES = 1 << 20;

    static final int CHUNK_BYTES = 64 * 1024;

    private final InputStream in;
    private final byte[] chunk;
    private final OutputSink sink;

    /**
     * Reads a pipe.
     *
     * @param in the pipe; owned
     * @param chunk buffer to read into, shared by the streams of one thread
     * @param sink gets what is read; owned
     */
    RankStream(InputStream in, byte[] chunk, OutputSink sink) {
        this.in = in;
        this.chunk = chunk;
        this.sink = sink;
    }

    static byte[] newChunk() {
        return new byte[CHUNK_BYTES];
    }

    /** Makes the log file. */
    void open() {
        sink.open();
    }

    /** Reads what is there, at most one chunk. Returns the number of bytes. */
    int poll() {
        int count = read();
        if (count > 0) {
            sink.flush();
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
        sink.end();
        sink.flush();
    }

    void close() {
        drain();
        sink.close();
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
                sink.feed(chunk, count);
            }
            return Math.max(count, 0);
        } catch (IOException e) {
            return 0;
        }
    }
}
