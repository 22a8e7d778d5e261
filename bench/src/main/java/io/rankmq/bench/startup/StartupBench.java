// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.startup;

import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Child;
import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the command as a user types it, Java and Python in turns, and takes the time from its start until the parent knows that all ranks
 * are initialised.
 */
public final class StartupBench {
    private static final String SESSION_BEGINS = "{\"event\":\"session\"";

    private final Path logs;
    private final List<Kind> kinds = List.of(new Kind("java", 2.0), new Kind("python", 1.5));

    /** One kind of ranks, with its goal in seconds and what was measured, in nanoseconds. */
    private record Kind(String name, double goal, List<Double> untilSession, List<Double> untilReady) {
        Kind(String name, double goal) {
            this(name, goal, new ArrayList<>(), new ArrayList<>());
        }
    }

    private StartupBench(Path logs) {
        this.logs = logs;
    }

    /** Arguments: turns, a folder for the runs' logs. */
    public static void main(String[] arguments) throws IOException {
        int turns = Integer.parseInt(arguments[0]);
        StartupBench bench = new StartupBench(Path.of(arguments[1]));
        // What is made on first use, such as Python's environment, is not what is asked for.
        bench.kinds.forEach(bench::run);
        bench.kinds.forEach(kind -> {
            kind.untilSession().clear();
            kind.untilReady().clear();
        });
        for (int turn = 0; turn < turns; turn++) {
            bench.kinds.forEach(bench::run);
        }
        System.out.printf(
                "### From the command until four ranks are ready%n%n%d runs each, median.%n%n%s", turns, bench.table());
    }

    private void run(Kind kind) {
        System.err.printf("startup: %s%n", kind.name());
        long begun = System.nanoTime();
        try (Child command = Child.start(List.of(
                BenchRanks.home().resolve("rankmq").toString(),
                "run",
                BenchRanks.folder()
                        .resolve("startup")
                        .resolve(kind.name() + ".yaml")
                        .toString(),
                "--json",
                "--log-dir",
                logs.toString()))) {
            hearUntil(command, SESSION_BEGINS);
            kind.untilSession().add((double) (System.nanoTime() - begun));
            hearUntil(command, Announcer.READY);
            kind.untilReady().add((double) (System.nanoTime() - begun));
            hearUntil(command, "{\"event\":\"summary\"");
        } catch (IOException e) {
            throw new IllegalStateException("./rankmq run did not get so far: " + e.getMessage(), e);
        }
    }

    private static void hearUntil(Child command, String part) throws IOException {
        String line = command.hear();
        while (!line.contains(part)) {
            line = command.hear();
        }
    }

    private String table() {
        Table table = new Table("ranks", "until the session begins", "until all are ready", "wanted", "");
        for (Kind kind : kinds) {
            double ready = Samples.median(kind.untilReady());
            table.row(
                    "4 in " + kind.name(),
                    Figures.seconds(Samples.median(kind.untilSession())),
                    Figures.seconds(ready),
                    "at most " + Figures.seconds(kind.goal() * 1e9),
                    Figures.verdict(ready, kind.goal() * 1e9));
        }
        return table.toString();
    }
}
