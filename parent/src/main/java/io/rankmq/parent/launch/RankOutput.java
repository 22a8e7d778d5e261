// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One output of one rank: its lines go to its log file, to the last lines, and to the listener. */
final class RankOutput implements OutputSink {
    private final int rank;
    private final String host;
    private final boolean isError;
    private final CarefulListener listener;
    private final LastLines last;
    private final @Nullable RankLog log;
    private final LineCutter cutter;

    /** With lines that are all the rank's own. */
    RankOutput(
            int rank, String host, boolean isError, CarefulListener listener, LastLines last, @Nullable Path folder) {
        this.rank = rank;
        this.host = host;
        this.isError = isError;
        this.listener = listener;
        this.last = last;
        this.log = folder == null
                ? null
                : new RankLog(folder.resolve(isError ? "stderr.log" : "stdout.log"), listener::onLogFailure);
        this.cutter = new LineCutter(this::accept);
    }

    /** The same output, with its lines sieved: {@code sieve} gets each and gives to {@link #accept} what is the rank's own. */
    private RankOutput(RankOutput output, Consumer<String> sieve) {
        rank = output.rank;
        host = output.host;
        isError = output.isError;
        listener = output.listener;
        last = output.last;
        log = output.log;
        cutter = new LineCutter(sieve);
    }

    RankOutput sieved(Consumer<String> sieve) {
        return new RankOutput(this, sieve);
    }

    /** A line of the rank. */
    void accept(String line) {
        last.add(line);
        if (log != null) {
            log.write(line);
        }
        listener.onOutput(new GangListener.Line(rank, host, isError, line));
    }

    @Override
    public void open() {
        if (log != null) {
            log.open();
        }
    }

    @Override
    public void feed(byte[] bytes, int count) {
        cutter.feed(bytes, count);
    }

    @Override
    public void end() {
        cutter.end();
    }

    @Override
    public void flush() {
        if (log != null) {
            log.flush();
        }
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
        }
    }
}
