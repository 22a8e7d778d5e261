// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The command line as a process of its own in a folder of its own, for tests. */
final class Cli implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final Process process;

    /** Starts a command in that folder, which gets its output and its runs. */
    Cli(Path folder, String... args) throws IOException {
        this(folder, List.of(), args);
    }

    /** The same, under another command. */
    Cli(Path folder, List<String> under, String... args) throws IOException {
        this.folder = folder;
        List<String> command = new ArrayList<>(under);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(args));
        process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        process.getOutputStream().close();
    }

    int exitCode() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as(() -> "it ends; it said:\n" + err())
                .isTrue();
        return process.exitValue();
    }

    String out() {
        return read("out");
    }

    String err() {
        return read("err");
    }

    void awaitOut(String text) {
        await().atMost(PATIENCE).until(() -> out().contains(text));
    }

    void awaitErr(String text) {
        await().atMost(PATIENCE).until(() -> err().contains(text));
    }

    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-s", name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /** The folder of the one run there was. */
    Path run() {
        try (Stream<Path> runs = Files.list(folder.resolve("rankmq-runs"))) {
            return runs.findFirst().orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    JsonNode report() throws IOException {
        return new ObjectMapper().readTree(run().resolve("report.json").toFile());
    }

    /** That no process of the run is left: every one has the session's id in its environment. */
    void assertNothingLeft() {
        String session = run().getFileName().toString();
        assertThat(ProcessHandle.allProcesses().filter(one -> hasInEnvironment(one, session)))
                .as("processes of the session")
                .isEmpty();
    }

    private static boolean hasInEnvironment(ProcessHandle one, String text) {
        try {
            return Files.readString(Path.of("/proc/" + one.pid() + "/environ"), StandardCharsets.ISO_8859_1)
                    .contains(text);
        } catch (IOException e) {
            return false;
        }
    }

    private String read(String name) {
        return read(folder.resolve(name));
    }

    static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().orTimeout(10, TimeUnit.SECONDS).join();
    }
}
