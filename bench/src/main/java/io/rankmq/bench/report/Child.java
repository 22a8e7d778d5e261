// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that is driven by lines on its standard input, answers in lines, and ends when its standard input does; so it ends with
 * this process, however this process ends. For one thread.
 */
public final class Child implements AutoCloseable {
    private static final long PATIENCE_SECONDS = 5;

    private final Process process;
    private final BufferedWriter input;
    private final BufferedReader output;

    private Child(Process process) {
        this.process = process;
        this.input = process.outputWriter(StandardCharsets.UTF_8);
        this.output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** Starts a command; its standard error is this process's. */
    public static Child start(List<String> command) throws IOException {
        return new Child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Starts a class of this class path in a JVM with the flags that ranks get. */
    public static Child java(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    /** Sends a line. */
    public void tell(String line) throws IOException {
        input.write(line);
        input.newLine();
        input.flush();
    }

    /**
     * The next line that it says.
     *
     * @throws EOFException if it has ended
     */
    public String hear() throws IOException {
        String line = output.readLine();
        if (line == null) {
            throw new EOFException(
                    "the process ended: " + process.info().command().orElse("?"));
        }
        return line;
    }

    @Override
    public void close() {
        try {
            input.close();
        } catch (IOException e) {
            // It has ended already.
        }
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
