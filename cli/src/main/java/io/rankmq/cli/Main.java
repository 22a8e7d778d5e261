// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.run.ExitCode;
import io.rankmq.cli.run.Versions;
import java.io.PrintWriter;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry of the command line. */
@Command(
        name = "rankmq",
        description = "Runs one job as N cooperating ranks, driven by one parent, over ZeroMQ with CURVE.",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            ValidateCommand.class,
            DoctorCommand.class,
            KeygenCommand.class,
            BrokerCommand.class,
            StatusCommand.class,
            WorkerCommand.class,
            VersionCommand.class,
            GenerateCompletion.class
        },
        footer = {
            "",
            "Examples:",
            "  rankmq run examples/digits/job.yaml",
            "  rankmq doctor",
            "  source <(rankmq generate-completion)",
            "",
            "Exit codes: 0 job done, 1 job failed, 2 bad input, 3 could not start or lost its ranks, 130 aborted."
        })
public final class Main implements Runnable {

    @Spec
    private CommandSpec spec;

    private Main() {}

    /** Runs a command and ends the JVM with its exit code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs a command; the exit code is one of {@link ExitCode}. */
    static int run(String... args) {
        return commandLine().execute(args);
    }

    /** The command line, for tests too. */
    static CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(new Main());
        commandLine.setParameterExceptionHandler(parameterHandler());
        commandLine.setExecutionExceptionHandler(bugHandler());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        // The shell splits words; a quote inside a --set belongs to the value.
        commandLine.setTrimQuotes(false);
        commandLine.setUsageHelpAutoWidth(true);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    /** One sentence and where to find help, not the whole help. */
    private static IParameterExceptionHandler parameterHandler() {
        return (e, args) -> {
            CommandLine command = e.getCommandLine();
            PrintWriter err = command.getErr();
            err.println(command.getColorScheme().errorText("rankmq: " + e.getMessage()));
            UnmatchedArgumentException.printSuggestions(e, err);
            err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
            err.flush();
            return ExitCode.BAD_INPUT;
        };
    }

    /** What gets here is a bug of ours, so the trace is wanted. */
    private static IExecutionExceptionHandler bugHandler() {
        return (e, command, result) -> {
            command.getErr().println("rankmq: this is a bug, please report it with what follows");
            e.printStackTrace(command.getErr());
            command.getErr().flush();
            return ExitCode.JOB_FAILED;
        };
    }
}
