// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.OutputEvent;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this rank writes to {@link System#out} and {@link System#err} goes to the parent too (docs/protocol.md, section 14): at the end of each task and
 * event, and at most {@link #PACE_MILLIS} late in between. What native code writes does not come by here. Safe for use by many threads; none
 * that writes ever waits for the parent: beyond {@link #CAPACITY} bytes is left out, counted, and told to the parent.
 */
final class OutputRelay implements Runnable {
    static final int CAPACITY = 256 * 1024;
    static final int PACE_MILLIS = 100;

    /** What a part costs beside its bytes, so that many small ones are bounded too. */
    private static final int PART_COSTS = 64;

    /** Where it goes. */
    interface Sender {
        /** Sends what the supplier gives, if there is room for an event; else asks for nothing and returns false. */
        boolean offer(Supplier<List<OutputEvent.Piece>> pieces);
    }

    private static final class Part {
        private final boolean isError;
        private byte[] bytes = new byte[0];
        private int length;
        private long leftOut;

        Part(boolean isError) {
            this.isError = isError;
        }

        OutputEvent.Piece piece() {
            return new OutputEvent.Piece(isError, Arrays.copyOf(bytes, length), leftOut);
        }
    }

    private final Sender sender;
    /** Held while an event is made and sent, so that events are in the order of what was written. */
    private final Object sending = new Object();

    // Guarded by this.
    private final Deque<Part> parts = new ArrayDeque<>();
    private int size;
    private @Nullable Part leftOutOfOutput;
    private @Nullable Part leftOutOfError;

    OutputRelay(Sender sender) {
        this.sender = sender;
    }

    /** Stands before the process's two outputs from now on, and sends what comes until the process ends. */
    void begin(RankThreads threads) {
        System.setOut(new PrintStream(new Tee(System.out, false), true, charset("stdout.encoding")));
        System.setErr(new PrintStream(new Tee(System.err, true), true, charset("stderr.encoding")));
        threads.onNew("rankmq-output", this);
    }

    /** In which the stream prints text that is replaced: Java 17 has no such property, and takes the default. */
    private static Charset charset(String property) {
        String name = System.getProperty(property);
        return name == null ? Charset.defaultCharset() : Charset.forName(name);
    }

    /** Sends what is there, if there is room. */
    void flush() {
        synchronized (sending) {
            if (isEmpty()) {
                return;
            }
            boolean unused = sender.offer(this::take);
        }
    }

    @Override
    public void run() {
        try {
            while (true) {
                awaitSomething();
                Thread.sleep(PACE_MILLIS);
                flush();
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }

    /** Takes what was written to one of the outputs. */
    synchronized void add(boolean isError, byte[] bytes, int from, int count) {
        int taken = leftOut(isError) == null ? Math.max(0, Math.min(count, CAPACITY - size)) : 0;
        size += taken;
        for (int at = from; at < from + taken; ) {
            at += append(isError, bytes, at, from + taken - at);
        }
        if (taken < count) {
            leaveOut(isError, count - taken);
        }
        notifyAll();
    }

    private int append(boolean isError, byte[] bytes, int from, int count) {
        Part part = parts.peekLast();
        if (part == null || part.isError != isError || part.leftOut > 0 || part.length == OutputEvent.MAX_PIECE) {
            part = new Part(isError);
            parts.addLast(part);
            size += PART_COSTS;
        }
        int taken = Math.min(count, OutputEvent.MAX_PIECE - part.length);
        if (part.length + taken > part.bytes.length) {
            int twice = Math.max(part.length + taken, 2 * part.bytes.length);
            part.bytes = Arrays.copyOf(part.bytes, Math.min(OutputEvent.MAX_PIECE, twice));
        }
        System.arraycopy(bytes, from, part.bytes, part.length, taken);
        part.length += taken;
        return taken;
    }

    private void leaveOut(boolean isError, int count) {
        // Nothing of this output is taken again before all is sent, so that what is missing is in one place.
        Part part = leftOut(isError);
        if (part == null) {
            part = new Part(isError);
            parts.addLast(part);
            if (isError) {
                leftOutOfError = part;
            } else {
                leftOutOfOutput = part;
            }
        }
        part.leftOut += count;
    }

    private @Nullable Part leftOut(boolean isError) {
        return isError ? leftOutOfError : leftOutOfOutput;
    }

    private synchronized List<OutputEvent.Piece> take() {
        List<OutputEvent.Piece> pieces = new ArrayList<>();
        parts.forEach(part -> pieces.add(part.piece()));
        parts.clear();
        size = 0;
        leftOutOfOutput = null;
        leftOutOfError = null;
        return pieces;
    }

    private synchronized boolean isEmpty() {
        return parts.isEmpty();
    }

    private synchronized void awaitSomething() throws InterruptedException {
        while (parts.isEmpty()) {
            wait();
        }
    }

    private final class Tee extends FilterOutputStream {
        private final boolean isError;

        Tee(PrintStream original, boolean isError) {
            super(original);
            this.isError = isError;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
            add(isError, bytes, from, count);
        }

        @Override
        public void close() throws IOException {
            // The process's own output stays open for whoever comes after.
            out.flush();
        }
    }
}
