// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.doctor.Doctor;
import io.rankmq.cli.doctor.Finding;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.cli.run.ReportJson;
import io.rankmq.cli.run.Versions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "doctor",
        description = {
            "Tells what this machine has and lacks, and what follows.",
            "Exit code 0: the basic example can run (Java ranks on this host), 3: it cannot."
        },
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  rankmq doctor", "  rankmq doctor --json --log-dir /var/log/rankmq"})
final class DoctorCommand implements Callable<Integer> {

    @Option(
            names = "--log-dir",
            paramLabel = "DIR",
            defaultValue = "rankmq-runs",
            description = "Where the logs of runs would go; default: ${DEFAULT-VALUE}.")
    private Path logDirectory;

    @Option(names = "--json", description = "One JSON object on standard output.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    /** The whole answer. */
    record Answer(String rankmq, boolean canRun, List<Finding> findings) {}

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<Finding> findings = new ArrayList<>();
        boolean canRun = new Doctor(logDirectory).examine(finding -> {
            findings.add(finding);
            if (!json) {
                print(out, finding);
            }
        });
        if (json) {
            out.println(ReportJson.tree(new Answer(Versions.rankmq(), canRun, findings)));
        } else {
            long warnings = findings.stream()
                    .filter(finding -> finding.status() == Finding.Status.WARN)
                    .count();
            out.println();
            out.println(
                    canRun
                            ? "Java ranks can run on this host" + (warnings == 0 ? "." : "; see what is marked above.")
                            : "No job can run here before what is missing is there.");
        }
        out.flush();
        return canRun ? ExitCode.OK : ExitCode.RANKS_LOST;
    }

    private static void print(PrintWriter out, Finding finding) {
        String colour =
                switch (finding.status()) {
                    case OK -> "green";
                    case WARN -> "yellow";
                    case MISSING -> "red,bold";
                };
        String status = String.format("%-8s", finding.status().name().toLowerCase(Locale.ROOT));
        out.println(Ansi.AUTO.string("@|" + colour + " " + status + "|@")
                + String.format("%-17s", finding.name())
                + finding.found());
        String follows = finding.follows();
        if (follows != null) {
            out.println(" ".repeat(25) + follows);
        }
        out.flush();
    }
}
