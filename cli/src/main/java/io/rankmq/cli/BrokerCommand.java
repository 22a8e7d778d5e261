// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import io.rankmq.cli.job.JobFileException;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.cli.serve.BrokerHost;
import io.rankmq.cli.serve.BrokerSettings;
import io.rankmq.cli.serve.ServeException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rankmq broker}. */
@Command(
        name = "broker",
        description =
                "Runs a broker for many parents and their sessions until Ctrl-C or SIGTERM; docs/broker.md tells the rest.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 stopped, 2 bad input, 3 could not start.",
            "",
            "Examples:",
            "  rankmq keygen --name broker && mkdir parents && cp rankmq.pub parents/me.pub",
            "  rankmq broker",
            "  rankmq broker --config broker.yaml --set port=9000"
        })
final class BrokerCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The broker's file; without it all defaults, relative to the working directory.")
    private @Nullable Path file;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Puts a value over the file's, such as limits.parent_lease=1m. May be given several times.")
    private List<String> sets = new ArrayList<>();

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        logAsAService();
        PrintWriter err = spec.commandLine().getErr();
        BrokerHost host;
        try {
            host = new BrokerHost(BrokerSettings.load(file, sets));
        } catch (JobFileException e) {
            err.println(e.getMessage());
            err.flush();
            return ExitCode.BAD_INPUT;
        }
        Signals.on("INT", host::stop);
        Signals.on("TERM", host::stop);
        try {
            host.run();
            return ExitCode.OK;
        } catch (ServeException e) {
            err.println("rankmq: " + e.getMessage());
            err.flush();
            return ExitCode.RANKS_LOST;
        }
    }

    /** A line an event on standard error, with the time; read when the first logger is made, which is later than this. */
    private static void logAsAService() {
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "info");
        System.setProperty("org.slf4j.simpleLogger.showDateTime", "true");
        System.setProperty("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
    }
}
