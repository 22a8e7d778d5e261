// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that a test has started, and ends in any case. */
final class WorkerProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private WorkerProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts one; null as a value takes a variable away. */
    static WorkerProcess start(List<String> command, Map<String, String> environment, Path folder) throws IOException {
        Path output = Files.createTempFile(folder, "worker", ".log");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("RANK") || name.equals("WORLD_SIZE"));
        builder.environment().putAll(environment);
        Process started = builder.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(output.toFile())
                .start();
        return new WorkerProcess(started, output);
    }

    long pid() {
        return process.pid();
    }

    /** What it has written so far. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException gone) {
            throw new AssertionError(gone);
        }
    }

    /** Waits for its end. */
    int exitCode(Duration patience) {
        try {
            if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException stop) {
            throw new AssertionError(stop);
        }
        throw new AssertionError("the process still runs after " + patience + "; it wrote:\n" + output());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
