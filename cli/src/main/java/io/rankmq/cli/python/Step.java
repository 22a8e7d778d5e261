// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.python;

import io.rankmq.api.AbortSignal;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One command of the preparation, with its output in a file, a deadline, and an early end on abort. */
final class Step {

    private Step() {}

    /**
     * Runs a command to its end.
     *
     * @param explain makes a sentence of the output of a command that failed
     * @throws PythonException if it cannot be started, fails, takes too long or is aborted
     */
    static void run(List<String> command, Path log, Duration limit, AbortSignal abort, UnaryOperator<String> explain)
            throws IOException, PythonException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new PythonException(
                    "no " + command.get(0)
                            + " was found; install Python 3.9 or newer, or name an interpreter in launcher.python or RANKMQ_PYTHON");
        }
        Runnable forget = abort.onTrigger(process::destroy);
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new PythonException("'" + String.join(" ", command) + "' did not end within " + limit.toMinutes()
                        + " minutes; its output is in " + log);
            }
        } finally {
            forget.run();
            end(process);
        }
        if (abort.triggered()) {
            throw new PythonException("the preparation of Python was ended by " + abort.reason());
        }
        if (process.exitValue() != 0) {
            String output = Files.readString(log, StandardCharsets.UTF_8);
            throw new PythonException(explain.apply(output) + " (all of its output is in " + log + ")");
        }
    }

    private static void end(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
