// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {
    private static final String SESSION =
            "guard-test-" + ProcessHandle.current().pid();

    @TempDir
    private Path folder = Path.of("");

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(process -> {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        });
    }

    @Test
    void endsAllAndRemovesTheFolderWhenTheParentIsKilled() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                GuardedParent.class.getName());
        builder.environment().remove("XDG_RUNTIME_DIR");
        Process parent = start(builder);
        String session = Objects.requireNonNull(
                new BufferedReader(new InputStreamReader(parent.getInputStream(), UTF_8)).readLine());
        List<ProcessHandle> descendants = parent.descendants().toList();
        ProcessHandle guard = descendants.stream()
                .filter(process -> process.info()
                        .arguments()
                        .map(List::of)
                        .orElse(List.of())
                        .contains(session))
                .findAny()
                .orElseThrow();
        assertThat(Trial.livingProcesses(session)).hasSizeGreaterThanOrEqualTo(10);
        assertThat(folder).isDirectoryContaining("glob:**/rankmq-*");

        // Polite signals, as a terminal or an init system sends them to all, do not impress it.
        assertThat(guard.destroy()).isTrue();
        parent.destroyForcibly().waitFor();

        await().atMost(Duration.ofSeconds(3))
                .until(() -> Trial.livingProcesses(session).isEmpty() && noneRuns(descendants));
        await().atMost(Duration.ofSeconds(3)).until(() -> isEmpty(folder));
    }

    @Test
    void leavesWithTheGang() throws Exception {
        LaunchRequest request = Trial.request(1, null);
        Gang gang = LocalLauncher.command(List.of("sleep", "1000")).launch(request, new RecordingListener());
        assertThat(guardsOf(request.session())).hasSize(1);
        gang.close();
        assertThat(guardsOf(request.session())).isEmpty();
    }

    @Test
    void findsADaemonByItsVariable() throws Exception {
        Process daemon = sleeper(SESSION);
        Process other = sleeper(SESSION + "1");
        guard(folder.resolve("gone"), "/proc", "PATH", System.getenv("PATH"), "");
        assertThat(daemon.waitFor(3, TimeUnit.SECONDS)).isTrue();
        assertThat(other.isAlive()).isTrue();
    }

    @Test
    void findsADaemonByItsVariableWithASimplerGrep() throws Exception {
        Path simple = folder.resolve("grep");
        Files.writeString(simple, "#!/bin/sh\ncase $1 in *z*) exit 2;; esac\nexec " + grep() + " \"$@\"\n");
        Files.setPosixFilePermissions(simple, PosixFilePermissions.fromString("rwx------"));
        Process daemon = sleeper(SESSION);
        Process other = sleeper(SESSION + "1");
        guard(folder.resolve("gone"), "/proc", "PATH", folder + ":" + System.getenv("PATH"), "");
        assertThat(daemon.waitFor(5, TimeUnit.SECONDS)).isTrue();
        assertThat(other.isAlive()).isTrue();
    }

    @Test
    void findsDescendantsWhereThereIsNoProc() throws Exception {
        Process leader = start(new ProcessBuilder("sh", "-c", "setsid sleep 1000 & echo up; wait"));
        assertThat(leader.getInputStream().read()).isEqualTo('u');
        List<ProcessHandle> children = leader.descendants().toList();
        Process gone = start(new ProcessBuilder("sleep", "1000"));
        guard(
                folder.resolve("gone"),
                "/nonexistent",
                "PATH",
                System.getenv("PATH"),
                "started " + leader.pid() + "\nstarted " + gone.pid() + "\ngone " + gone.pid() + "\n");
        assertThat(leader.waitFor(3, TimeUnit.SECONDS)).isTrue();
        assertThat(children).isNotEmpty();
        await().atMost(Duration.ofSeconds(3)).until(() -> noneRuns(children));
        assertThat(gone.isAlive()).isTrue();
    }

    @Test
    void doesNothingAfterAnOrderlyEnd() throws Exception {
        Process daemon = sleeper(SESSION);
        Path kept = Files.createDirectory(folder.resolve("kept"));
        guard(kept, "/proc", "PATH", System.getenv("PATH"), "started " + daemon.pid() + "\nend\n");
        assertThat(daemon.isAlive()).isTrue();
        assertThat(kept).exists();
    }

    /** Runs the script until it ends. */
    private void guard(Path removed, String proc, String name, String value, String words) throws Exception {
        Path script = folder.resolve("guard.sh");
        try (InputStream in = Objects.requireNonNull(Guard.class.getResourceAsStream("guard.sh"))) {
            Files.write(script, in.readAllBytes());
        }
        Path said = folder.resolve("said");
        ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), SESSION, removed.toString(), proc)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().put(name, value);
        Process guard = start(builder);
        guard.getOutputStream().write(words.getBytes(UTF_8));
        guard.getOutputStream().close();
        assertThat(guard.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(said).isEmptyFile();
    }

    private Process sleeper(String session) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("setsid", "sleep", "1000");
        builder.environment().put(RankCommand.SESSION_VARIABLE, session);
        return start(builder);
    }

    private Process start(ProcessBuilder builder) throws Exception {
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private static boolean noneRuns(List<ProcessHandle> processes) {
        SessionProcesses host = new SessionProcesses(SESSION, ProcFs.ofThisHost());
        return processes.stream().noneMatch(host::isAlive);
    }

    private static String grep() {
        return Objects.requireNonNull(Executables.lookUp("grep", System.getenv("PATH")));
    }

    private static List<ProcessHandle> guardsOf(String session) {
        return ProcessHandle.current()
                .children()
                .filter(child ->
                        child.info().arguments().map(List::of).orElse(List.of()).contains(session))
                .toList();
    }

    private static boolean isEmpty(Path directory) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.findAny().isEmpty();
        }
    }
}
