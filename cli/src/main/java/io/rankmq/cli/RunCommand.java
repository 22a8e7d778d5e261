// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.cli.job.Durations;
import io.rankmq.cli.job.Job;
import io.rankmq.cli.job.JobFileException;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.cli.run.RunSettings;
import io.rankmq.cli.serve.BrokerSettings;
import io.rankmq.cli.view.Views;
import io.rankmq.parent.BrokerAccess;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "run",
        description = "Runs a job: starts its ranks, gives them the tasks, and leaves a report.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Ctrl-C ends the job in order, a second one kills its ranks at once.",
            "",
            "Exit codes: 0 job done, 1 job failed, 2 bad input, 3 could not start or lost its ranks, 130 aborted with Ctrl-C (143:"
                    + " SIGTERM, 129: SIGHUP).",
            "",
            "Examples:",
            "  rankmq run examples/digits/job.yaml",
            "  rankmq run job.yaml --world-size 8 --set tasks.0.rounds=50",
            "  rankmq run job.yaml --dry-run",
            "  rankmq run job.yaml --json --timeout 10m > events.jsonl"
        })
final class RunCommand implements Callable<Integer> {

    @Mixin
    private JobOptions options;

    @Mixin
    private BrokerOptions broker;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS",
            description =
                    "This host's address as the ranks' hosts see it, if they are others: needed without --broker; with it, large"
                            + " values come from here and not through the broker.")
    private @Nullable String listen;

    @Option(names = "--dry-run", description = "Shows where each rank would run and by what command; starts nothing.")
    private boolean dryRun;

    @Option(
            names = "--report",
            paramLabel = "FILE",
            description = "Where the report goes; default: report.json in the run's folder.")
    private @Nullable Path report;

    @Option(
            names = "--log-dir",
            paramLabel = "DIR",
            defaultValue = "rankmq-runs",
            description =
                    "Gets a folder for each run, with the ranks' logs and what the job leaves behind; default: ${DEFAULT-VALUE}.")
    private Path logDirectory;

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "How long the whole job may take, such as 90s, 10m or 2h; then it fails.")
    private @Nullable Duration timeout;

    @Option(names = "--json", description = "One JSON object a line on standard output instead of the progress.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Shows nothing but a failure.")
    private boolean quiet;

    @Option(names = "--no-color", description = "No colours; the environment variable NO_COLOR does the same.")
    private boolean noColour;

    @Option(
            names = {"-v", "--verbose"},
            description = "Logs what RankMQ does; without it warnings only.")
    private boolean verbose;

    @Spec
    private CommandSpec spec;

    /** For {@code --timeout}. */
    static final class TimeConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return Durations.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public Integer call() {
        if (verbose) {
            // Read when the first logger is made, which is later than this.
            System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "info");
        }
        Job job;
        try {
            job = options.load();
        } catch (JobFileException e) {
            options.tell(spec, e);
            return ExitCode.BAD_INPUT;
        }
        if (dryRun) {
            return DryRun.show(
                    job, spec.commandLine().getOut(), spec.commandLine().getErr());
        }
        Views.Form form = json ? Views.Form.JSON : quiet ? Views.Form.QUIET : Views.Form.TEXT;
        return new RunHost(job, new RunSettings(logDirectory, report, timeout, access(job)), form, noColour).run();
    }

    private BrokerAccess access(Job job) {
        String address = listen == null ? null : numeric(listen);
        if (broker.isGiven()) {
            RemoteBrokerConfig config = broker.config(job.limits().lease());
            return address == null ? BrokerAccess.standalone(config) : BrokerAccess.standalone(config, address);
        }
        return address == null ? BrokerAccess.embedded() : BrokerAccess.embeddedAt(address);
    }

    private String numeric(String address) {
        try {
            return BrokerSettings.numeric(address);
        } catch (UnknownHostException e) {
            throw new ParameterException(
                    spec.commandLine(), "--listen: '" + address + "' has no IPv4 address; give one of this host");
        }
    }
}
