// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.cli.run.Report;
import io.rankmq.cli.run.ReportJson;
import io.rankmq.cli.run.RunEvent;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.function.Supplier;

/** Shows a run as JSON, one object a line; docs/report.md lists the events and their keys. */
final class JsonView implements RunView {
    private final PrintStream out;
    private final Supplier<Instant> clock;

    JsonView(PrintStream out, Supplier<Instant> clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public void show(RunEvent event) {
        if (event instanceof RunEvent.Note note) {
            print(line("note").put("text", note.sentence()));
        } else if (event instanceof RunEvent.Preparing preparing) {
            print(line("note").put("text", preparing.sentence()));
        } else if (event instanceof RunEvent.SessionBegun begun) {
            print(line("session")
                    .put("session", begun.session())
                    .put("job", begun.job())
                    .put("world_size", begun.worldSize())
                    .put("rounds", begun.rounds())
                    .put("run_directory", begun.folder().toString()));
        } else if (event instanceof RunEvent.RankChanged change) {
            print(with("rank", Report.RankEntry.of(change.rank())));
        } else if (event instanceof RunEvent.RoundEnded ended) {
            print(with("round", ended.round()));
        } else if (event instanceof RunEvent.Transfer transfer) {
            print(line("transfer")
                    .put("direction", transfer.direction().name().toLowerCase(Locale.ROOT))
                    .put("bytes", transfer.bytes())
                    .put("millis", transfer.millis())
                    .put("bytes_per_second", transfer.bytesPerSecond())
                    .put("over", transfer.isOver()));
        } else if (event instanceof RunEvent.Output output) {
            print(line("output")
                    .put("rank", output.rank())
                    .put("host", output.host())
                    .put("stream", output.isError() ? "stderr" : "stdout")
                    .put("text", output.text()));
        } else if (event instanceof RunEvent.Restarted restart) {
            ObjectNode line = line("restart")
                    .put("attempt", restart.attempt())
                    .put("restart", restart.restart())
                    .put("max_restarts", restart.maxRestarts());
            print(line.set("error", ReportJson.tree(restart.error())));
        } else if (event instanceof RunEvent.Failed failed) {
            print(with("failure", failed.error()));
        } else if (event instanceof RunEvent.Finished finished) {
            ObjectNode summary = with("summary", finished.report());
            summary.put("run_directory", finished.folder().toString());
            Path reportFile = finished.reportFile();
            print(summary.put("report_file", reportFile == null ? null : reportFile.toString()));
        }
    }

    @Override
    public void leftOut(long lines) {
        print(line("left_out").put("lines", lines));
    }

    private ObjectNode with(String event, Object content) {
        ObjectNode line = line(event);
        line.setAll((ObjectNode) ReportJson.tree(content));
        return line;
    }

    private ObjectNode line(String event) {
        return ReportJson.object()
                .put("event", event)
                .put("time", clock.get().truncatedTo(ChronoUnit.MILLIS).toString());
    }

    private void print(ObjectNode line) {
        out.print(line + "\n");
        out.flush();
    }
}
