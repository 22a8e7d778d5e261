// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.job.Job;
import io.rankmq.cli.job.JobFileException;
import io.rankmq.cli.job.JobLoader;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The job file and what is put over it, for every command that reads one. */
final class JobOptions {

    @Parameters(paramLabel = "JOB.yaml", description = "The job file; docs/job-file.md tells what is in it.")
    private Path file;

    @Option(names = "--world-size", paramLabel = "N", description = "How many ranks, instead of the file's world_size.")
    private @Nullable Integer worldSize;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = {
                "Puts a value over the file's. The key is a path such as tasks.0.rounds, the value is read as YAML. May be given"
                        + " several times."
            })
    private List<String> sets = new ArrayList<>();

    Job load() throws JobFileException {
        return JobLoader.load(file, sets, worldSize);
    }

    /** Tells every fault on standard error, a line each. */
    void tell(CommandSpec spec, JobFileException faults) {
        PrintWriter err = spec.commandLine().getErr();
        err.println(faults.getMessage());
        if (faults.count() > 1) {
            err.println(faults.count() + " faults; nothing was started");
        }
        err.flush();
    }
}
