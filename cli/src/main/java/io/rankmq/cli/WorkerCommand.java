// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code rankmq worker}. The worker is a program of its own, without the command line, and checks its own arguments; the {@code rankmq} script starts it
 * at once, this class where there is no script.
 */
@Command(
        name = "worker",
        description = "Starts Java ranks on this host for a session that somebody else runs (launcher 'external').",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: that of the worst rank: 0 closed, 1 failed, 2 bad input, 3 no document came or the ranks could not join, 4 their parent is gone.",
            "",
            "Examples:",
            "  rankmq worker --bootstrap /run/rankmq/session/bootstrap.json --slots 2",
            "  rankmq worker --bootstrap /run/rankmq/session/bootstrap.json --slots 2 --keep"
        })
final class WorkerCommand implements Callable<Integer> {

    @Option(
            names = "--bootstrap",
            required = true,
            paramLabel = "FILE",
            description = "The session's bootstrap document, which the parent leaves there.")
    private @Nullable Path bootstrap;

    @Option(
            names = "--wait",
            paramLabel = "TIME",
            description = "How long to wait for the document: 60s, 5m. Default: 60s.")
    private @Nullable String patience;

    @Option(names = "--slots", paramLabel = "N", description = "How many ranks to start. Default: 1.")
    private @Nullable String slots;

    @Option(names = "--keep", description = "Wait for the next document when the ranks have ended, until TERM.")
    private boolean keep;

    @Option(
            names = "--jvm-arg",
            paramLabel = "ARG",
            description = "An argument for the ranks' JVMs. May be given several times.")
    private @Nullable List<String> jvmArgs;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Process worker = new ProcessBuilder(command()).inheritIO().start();
        // TERM for this process is TERM for the worker, which ends its ranks.
        Runtime.getRuntime().addShutdownHook(new Thread(worker::destroy, "rankmq-worker-stop"));
        return worker.waitFor();
    }

    private List<String> command() {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classpath = System.getProperty("rankmq.worker.classpath", System.getProperty("java.class.path"));
        List<String> words = new ArrayList<>(List.of(java, "-XX:+UseSerialGC", "-cp", classpath));
        words.addAll(List.of("io.rankmq.worker.Host", "--bootstrap", String.valueOf(bootstrap)));
        if (patience != null) {
            words.addAll(List.of("--wait", patience));
        }
        if (slots != null) {
            words.addAll(List.of("--slots", slots));
        }
        if (keep) {
            words.add("--keep");
        }
        if (jvmArgs != null) {
            jvmArgs.forEach(argument -> words.addAll(List.of("--jvm-arg", argument)));
        }
        return words;
    }
}
