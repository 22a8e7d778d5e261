// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.run.Outcome;
import io.rankmq.cli.run.Report;
import io.rankmq.cli.run.RunEvent;
import io.rankmq.parent.RankInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events of a run of the job {@code digits} with two ranks, for tests. */
final class Events {
    static final Path FOLDER = Path.of("/logs/s-1");

    private Events() {}

    static RunEvent begun() {
        return new RunEvent.SessionBegun("s-1", "digits", 2, 3, FOLDER);
    }

    static RunEvent rank(int rank, RankInfo.State state) {
        return new RunEvent.RankChanged(new RankInfo(rank, state, "host", 40L + rank, "java", "Java 17", 0, null));
    }

    static RunEvent roundBegun(int round) {
        return new RunEvent.RoundBegun("train", round, 3);
    }

    static RunEvent roundEnded(int round) {
        Map<String, Number> metrics = new LinkedHashMap<>();
        metrics.put("loss", 0.25);
        metrics.put("images", 359L);
        return new RunEvent.RoundEnded(entry(round, metrics));
    }

    static RunEvent sending(long bytes, long millis, boolean isOver) {
        return new RunEvent.Transfer(RunEvent.Transfer.Direction.TO_RANKS, bytes, millis, isOver);
    }

    static RunEvent output(int rank, String text) {
        return new RunEvent.Output(rank, "host", false, text);
    }

    static RunEvent restarted() {
        return new RunEvent.Restarted(0, 1, 2, error());
    }

    static RunEvent failed() {
        return new RunEvent.Failed(error());
    }

    static RunEvent finished(Outcome outcome) {
        Report report = new Report(
                "0.1.0",
                "s-1",
                "digits",
                outcome,
                2,
                "2026-11-22T10:00:00Z",
                61_000,
                List.of(entry(1, Map.of("loss", 0.5)), entry(2, Map.of("loss", 0.25))),
                List.of(new Report.AttemptEntry(0, outcome, 61_000, null)),
                List.of(),
                new Report.Events(4, 5),
                new Report.Counters(0, 0, 0, 0, 0, 0),
                List.of("model.npz"),
                outcome == Outcome.FAILED ? error() : null);
        return new RunEvent.Finished(report, FOLDER, FOLDER.resolve("report.json"));
    }

    private static Report.ErrorEntry error() {
        return new Report.ErrorEntry(
                "RANK_EXITED",
                "rank 1 on host (pid 41) ended before its session: signal 9 (SIGKILL)",
                1,
                "host",
                41L,
                "signal 9 (SIGKILL)",
                null,
                List.of("loading", "\u001b[2Jepoch 1"));
    }

    private static Report.TaskEntry entry(int round, Map<String, Number> metrics) {
        return new Report.TaskEntry("train", round, 3, "t" + round, "OK", 310, List.of(0, 1), metrics);
    }
}
