// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.job.Job;
import io.rankmq.cli.job.JobFileException;
import io.rankmq.cli.run.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "validate",
        description = {
            "Checks a job file without starting anything.",
            "Every fault is told with its line, column and key. Exit code 0: no fault, 2: at least one."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  rankmq validate examples/digits/job.yaml",
            "  rankmq validate job.yaml --world-size 8 --set tasks.0.rounds=3"
        })
final class ValidateCommand implements Callable<Integer> {

    @Mixin
    private JobOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        try {
            Job job = options.load();
            int rounds = job.totalRounds();
            spec.commandLine()
                    .getOut()
                    .printf(
                            "%s: no fault; job '%s', %d rank%s, %d task%s, %d round%s%n",
                            job.file(),
                            job.name(),
                            job.worldSize(),
                            job.worldSize() == 1 ? "" : "s",
                            job.tasks().size(),
                            job.tasks().size() == 1 ? "" : "s",
                            rounds,
                            rounds == 1 ? "" : "s")
                    .flush();
            return ExitCode.OK;
        } catch (JobFileException e) {
            options.tell(spec, e);
            return ExitCode.BAD_INPUT;
        }
    }
}
