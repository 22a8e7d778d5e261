// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.job.Job;
import io.rankmq.cli.job.Launchers;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.Placement;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Shows where the ranks of a job would run, as a table. */
final class DryRun {
    private static final List<String> HEAD = List.of("HOST", "RANK", "LOCAL RANK", "DEVICES", "COMMAND");

    private DryRun() {}

    /** Prints the table; returns the exit code. */
    static int show(Job job, PrintWriter out, PrintWriter err) {
        try {
            List<Placement> places = Launchers.create(job).place(job.worldSize());
            if (places.isEmpty()) {
                out.println("launcher '" + job.launcherType() + "' does not say before the start where its "
                        + job.worldSize() + " ranks run");
            } else {
                List<List<String>> rows = new ArrayList<>();
                rows.add(HEAD);
                places.forEach(place -> rows.add(row(place)));
                print(rows, out);
            }
            out.flush();
            return ExitCode.OK;
        } catch (LaunchException e) {
            err.println("rankmq: " + e.getMessage());
            err.flush();
            return ExitCode.RANKS_LOST;
        }
    }

    private static List<String> row(Placement place) {
        Integer rank = place.rank();
        String devices = place.devices();
        return List.of(
                place.host(),
                rank == null ? "all of its host" : rank.toString(),
                rank == null ? "0-" + (place.localWorldSize() - 1) : Integer.toString(place.localRank()),
                devices == null ? "-" : devices,
                String.join(" ", place.command()));
    }

    private static void print(List<List<String>> rows, PrintWriter out) {
        int[] widths = new int[HEAD.size()];
        for (List<String> row : rows) {
            for (int column = 0; column < widths.length; column++) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < widths.length - 1; column++) {
                line.append(row.get(column))
                        .append(" ".repeat(widths[column] - row.get(column).length() + 2));
            }
            out.println(line.append(row.get(widths.length - 1)));
        }
    }
}
