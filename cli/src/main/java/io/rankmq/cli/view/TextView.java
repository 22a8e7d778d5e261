// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.job.Durations;
import io.rankmq.cli.run.Report.ErrorEntry;
import io.rankmq.cli.run.RunEvent;
import io.rankmq.cli.run.RunEvent.Transfer.Direction;
import io.rankmq.parent.RankInfo;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Shows a run as text: with a live line on a terminal, a line for each round elsewhere. */
public final class TextView implements RunView {
    private static final long TRANSFER_LINES_NANOS = 5_000_000_000L;

    private final LineSink sink;
    private final @Nullable LiveLine live;
    private final Style outStyle;
    private final Style errStyle;
    private final LongSupplier nanos;
    private final Progress progress = new Progress();
    private final Map<Direction, Long> transferTold = new EnumMap<>(Direction.class);
    private boolean saidReady;
    private long begunNanos;

    private TextView(LineSink sink, @Nullable LiveLine live, Style outStyle, Style errStyle, LongSupplier nanos) {
        this.sink = sink;
        this.live = live;
        this.outStyle = outStyle;
        this.errStyle = errStyle;
        this.nanos = nanos;
    }

    /** For a terminal. */
    static TextView live(LiveLine line, Style outStyle, Style errStyle, LongSupplier nanos) {
        return new TextView(line, line, outStyle, errStyle, nanos);
    }

    /** For a pipe or a file. */
    static TextView plain(LineSink sink, Style outStyle, Style errStyle, LongSupplier nanos) {
        return new TextView(sink, null, outStyle, errStyle, nanos);
    }

    @Override
    public void show(RunEvent event) {
        progress.on(event, nanos.getAsLong());
        if (event instanceof RunEvent.Note note) {
            sink.err(note.sentence());
        } else if (event instanceof RunEvent.Preparing preparing && live == null) {
            sink.err(preparing.sentence());
        } else if (event instanceof RunEvent.SessionBegun session) {
            begunNanos = nanos.getAsLong();
            if (live == null) {
                sink.err(session.job() + ": starting " + SummaryText.count(session.worldSize(), "rank") + ", session "
                        + session.session());
            }
        } else if (event instanceof RunEvent.RankChanged change) {
            rank(change.rank());
        } else if (event instanceof RunEvent.RoundBegun) {
            ready();
        } else if (event instanceof RunEvent.RoundEnded ended && live == null) {
            sink.err(Progress.round(ended.round()));
        } else if (event instanceof RunEvent.Transfer transfer && live == null) {
            transfer(transfer);
        } else if (event instanceof RunEvent.Output output) {
            output(output);
        } else if (event instanceof RunEvent.Restarted restart) {
            restarted(restart);
        } else if (event instanceof RunEvent.Failed failed) {
            failed(failed.error());
        } else if (event instanceof RunEvent.Finished finished) {
            tick();
            SummaryText.of(finished, errStyle).forEach(sink::err);
        }
        tick();
    }

    @Override
    public void tick() {
        if (live != null) {
            live.set(progress.line(errStyle, nanos.getAsLong()));
        }
    }

    @Override
    public void leftOut(long lines) {
        sink.err(SummaryText.count(lines, "line")
                + " of output left out here, since they come faster than they can be shown;"
                + " all of them are in the logs");
    }

    @Override
    public void end() {
        if (live != null) {
            live.set("");
        }
    }

    /** Said once, when the first task begins: from then on the ranks are at work. */
    private void ready() {
        if (!saidReady && live == null) {
            sink.err(SummaryText.count(progress.readyRanks(), "rank") + " ready after "
                    + Durations.show(Duration.ofNanos(nanos.getAsLong() - begunNanos)));
        }
        saidReady = true;
    }

    /** A line every few seconds, and one at the end. */
    private void transfer(RunEvent.Transfer transfer) {
        Long told = transferTold.get(transfer.direction());
        if (transfer.isOver()) {
            transferTold.remove(transfer.direction());
        } else if (told != null && nanos.getAsLong() - told < TRANSFER_LINES_NANOS) {
            return;
        } else {
            transferTold.put(transfer.direction(), nanos.getAsLong());
        }
        sink.err(Progress.transfer(transfer));
    }

    private void rank(RankInfo rank) {
        if (rank.state() == RankInfo.State.LOST) {
            String exit = rank.exit();
            sink.err("rank " + rank.rank() + " is lost" + (exit == null ? "" : ": " + exit));
        }
    }

    private void output(RunEvent.Output output) {
        Integer rank = output.rank();
        String prefix = rank == null ? "" : outStyle.rank(output.host(), rank) + " ";
        String line = prefix + outStyle.foreign(output.text());
        if (rank == null && output.isError()) {
            sink.err(line);
        } else {
            sink.out(line);
        }
    }

    private void restarted(RunEvent.Restarted restart) {
        sink.err(errStyle.bad("rankmq: ") + errStyle.foreign(restart.error().message()));
        sink.err("rankmq: starting the gang again, restart " + restart.restart() + " of " + restart.maxRestarts());
    }

    private void failed(ErrorEntry error) {
        sink.err(errStyle.bad("rankmq: ") + errStyle.foreign(error.message()));
        for (String line : error.lastLines()) {
            sink.err("    " + errStyle.foreign(line));
        }
    }
}
