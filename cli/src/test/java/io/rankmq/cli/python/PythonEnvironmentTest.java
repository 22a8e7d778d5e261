// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rankmq.api.AbortSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With scripts in place of Python and pip, which note in {@code calls} what they were asked. */
@Timeout(60)
class PythonEnvironmentTest {

    @TempDir
    private Path home;

    private final List<String> notes = new CopyOnWriteArrayList<>();

    @BeforeEach
    void aCheckout() throws Exception {
        Path project = home.resolve("worker/python");
        Files.createDirectories(project.resolve("src/rankmq"));
        Files.writeString(project.resolve("pyproject.toml"), "[project]");
        Files.writeString(project.resolve("src/rankmq/__init__.py"), "");
        // Makes what `python3 -m venv DIR` makes, as far as it is used here.
        script(home.resolve("base"), """
                echo venv >> %1$s/calls
                mkdir -p "$3/bin"
                printf '#!/bin/sh\\necho pip >> %1$s/calls\\n. %1$s/pip\\n' > "$3/bin/python"
                chmod +x "$3/bin/python"
                """);
        Files.writeString(home.resolve("pip"), "exit 0\n");
    }

    @Test
    void itIsMadeOnceAndSaidSo() throws Exception {
        Path interpreter = environment().prepare(notes::add, new AbortSignal());
        environment().prepare(notes::add, new AbortSignal());

        assertThat(interpreter).isEqualTo(home.resolve(".venv/bin/python")).isExecutable();
        assertThat(calls()).containsExactly("venv", "pip");
        assertThat(notes)
                .hasSize(2)
                .first()
                .asString()
                .contains("preparing Python")
                .contains("first use");
        assertThat(environment().isReady()).isTrue();
    }

    @Test
    void itIsBroughtUpToDateWhenTheSourcesChange() throws Exception {
        environment().prepare(notes::add, new AbortSignal());
        Files.writeString(home.resolve("worker/python/src/rankmq/__init__.py"), "x = 1");
        assertThat(environment().isReady()).isFalse();
        environment().prepare(notes::add, new AbortSignal());

        assertThat(calls()).containsExactly("venv", "pip", "pip");
        assertThat(notes.get(2)).contains("sources have changed");
    }

    @Test
    void whatInterpretersLeaveAmongTheSourcesChangesNothing() throws Exception {
        environment().prepare(notes::add, new AbortSignal());
        Path cache = Files.createDirectory(home.resolve("worker/python/src/rankmq/__pycache__"));
        Files.writeString(cache.resolve("x.pyc"), "x");

        assertThat(environment().isReady()).isTrue();
    }

    @Test
    void aFailedInstallationIsOneSentenceAndTriedAgain() throws Exception {
        Files.writeString(home.resolve("pip"), "echo Looking; echo 'ERROR: no network'; exit 1\n");

        assertThatThrownBy(() -> environment().prepare(notes::add, new AbortSignal()))
                .isInstanceOf(PythonException.class)
                .hasMessageStartingWith(
                        "pip cannot install the Python worker: ERROR: no network (all of its output is in ");
        assertThat(environment().isReady()).isFalse();

        Files.writeString(home.resolve("pip"), "exit 0\n");
        environment().prepare(notes::add, new AbortSignal());
        assertThat(environment().isReady()).isTrue();
    }

    @Test
    void aPythonWithoutVenvIsExplained() throws Exception {
        script(home.resolve("base"), "echo 'ensurepip is not available'; exit 1\n");

        assertThatThrownBy(() -> environment().prepare(notes::add, new AbortSignal()))
                .hasMessageContaining("cannot make virtual environments")
                .hasMessageContaining("apt install python3-venv");
    }

    @Test
    void aMissingPythonIsExplained() {
        assertThatThrownBy(
                        () -> new PythonEnvironment(home, home.resolve("gone").toString())
                                .prepare(notes::add, new AbortSignal()))
                .hasMessageStartingWith("no " + home.resolve("gone") + " was found; install Python 3.9 or newer");
    }

    @Test
    void aRunWaitsForAnotherThatMakesIt() throws Exception {
        Path lockFile = home.resolve("cli/target/rankmq-python.lock");
        Files.createDirectories(lockFile.getParent());
        Process other = LockHolder.start(lockFile);
        try {
            CompletableFuture<Void> run = CompletableFuture.runAsync(this::prepare);
            await().until(() -> notes.contains("RankMQ: another run prepares Python, waiting for it…"));
            assertThat(calls()).isEmpty();
            other.getOutputStream().close();
            run.get(30, TimeUnit.SECONDS);
        } finally {
            other.destroyForcibly();
        }
        assertThat(calls()).containsExactly("venv", "pip");
    }

    @Test
    void anAbortEndsTheInstallation() throws Exception {
        Files.writeString(home.resolve("pip"), "exec sleep 60\n");
        AbortSignal abort = new AbortSignal();
        CompletableFuture<Void> aborting = CompletableFuture.runAsync(() -> {
            await().until(() -> calls().size() == 2);
            abort.trigger("Ctrl-C");
        });

        assertThatThrownBy(() -> environment().prepare(notes::add, abort))
                .hasMessage("the preparation of Python was ended by Ctrl-C");
        aborting.get(30, TimeUnit.SECONDS);
    }

    @Test
    void onlyRanksThatNameNoInterpreterNeedIt() {
        assertThat(PythonSetup.needsPython(Map.of("worker", "python"))).isTrue();
        assertThat(PythonSetup.needsPython(Map.of("worker", "java"))).isFalse();
        assertThat(PythonSetup.needsPython(Map.of("worker", "python", "python", "/usr/bin/python3")))
                .isFalse();
        assertThat(PythonSetup.needsPython(Map.of("worker", "python", "command", List.of("torchrun"))))
                .isFalse();
        Map<String, Object> group = Map.of("ranks", "2-3", "worker", "python");
        assertThat(PythonSetup.needsPython(Map.of("worker", "java", "groups", List.of(group))))
                .isTrue();
        assertThat(PythonSetup.needsPython(Map.of("python", "p", "groups", List.of(group))))
                .isFalse();
    }

    private void prepare() {
        try {
            environment().prepare(notes::add, new AbortSignal());
        } catch (PythonException e) {
            throw new AssertionError(e);
        }
    }

    private PythonEnvironment environment() {
        return new PythonEnvironment(home, home.resolve("base").toString());
    }

    private List<String> calls() {
        try {
            Path calls = home.resolve("calls");
            return Files.exists(calls) ? Files.readAllLines(calls) : List.of();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void script(Path file, String content) throws Exception {
        Files.writeString(file, "#!/bin/sh\n" + content.formatted(home));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
