// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.job.Durations;
import io.rankmq.cli.run.Outcome;
import io.rankmq.cli.run.Report;
import io.rankmq.cli.run.RunEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The last lines of a run. */
final class SummaryText {

    private SummaryText() {}

    static List<String> of(RunEvent.Finished finished, Style style) {
        Report report = finished.report();
        List<String> lines = new ArrayList<>();
        lines.add(style.bold(report.job()) + " " + outcome(report.outcome(), style) + ": "
                + count(report.tasks().size(), "round") + " on " + count(report.worldSize(), "rank") + " in "
                + Durations.show(Duration.ofMillis(report.millis())));
        lastMetrics(report, lines);
        lines.add(
                line("events", report.events().up() + " up, " + report.events().down() + " down"));
        Report.Counters counters = report.counters();
        // What only came late does no harm: a rank's last heartbeat may be behind its farewell.
        if (counters.relayFailures() + counters.rejected() > 0) {
            lines.add(line(
                    "trouble",
                    counters.relayFailures() + " events not relayed, " + counters.rejected() + " messages rejected, "
                            + counters.late() + " late"));
        }
        lines.add(line("logs", shown(finished.folder())));
        for (String file : report.files()) {
            lines.add(line("file", shown(finished.folder().resolve(file))));
        }
        Path reportFile = finished.reportFile();
        lines.add(line("report", reportFile == null ? "none, it could not be written" : shown(reportFile)));
        return lines;
    }

    /** {@code 1 rank}, {@code 4 ranks}. */
    static String count(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static void lastMetrics(Report report, List<String> lines) {
        if (!report.tasks().isEmpty()) {
            report.tasks()
                    .get(report.tasks().size() - 1)
                    .metrics()
                    .forEach((name, value) -> lines.add(line(name, Progress.number(value))));
        }
    }

    private static String outcome(Outcome outcome, Style style) {
        return outcome == Outcome.OK ? style.good(outcome.name()) : style.bad(outcome.name());
    }

    private static String line(String name, String value) {
        return "  " + name + " ".repeat(Math.max(1, 10 - name.length())) + value;
    }

    /** Relative to the working directory if it is in there: shorter, and still to be copied. */
    private static String shown(Path path) {
        Path here = Path.of("").toAbsolutePath();
        Path absolute = path.toAbsolutePath().normalize();
        return (absolute.startsWith(here) ? here.relativize(absolute) : absolute).toString();
    }
}
