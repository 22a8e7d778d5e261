// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.rankmq.security.CurveKeyPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every launcher must do, as tests: implement this in a test class of your launcher, and run it. The ranks must run where this test can see
 * their processes and read and write the log folder: on Linux, on this host.
 */
public interface LauncherContract {

    /** A launcher whose every rank runs this command, with nothing appended. */
    Launcher running(List<String> command);

    /** A launcher whose every rank runs this text of a POSIX shell. */
    default Launcher script(String text) {
        return running(List.of("sh", "-c", text));
    }

    @Test
    default void tellsWhoWasStarted() throws Exception {
        try (Trial trial = Trial.of(script("echo $$; sleep 100"), 2)) {
            for (int rank = 0; rank < 2; rank++) {
                trial.awaitLine(Long.toString(trial.pid(rank)));
                assertThat(trial.told().out(rank)).containsExactly(Long.toString(trial.pid(rank)));
            }
        }
    }

    @Test
    default void tellsExitCodes() throws Exception {
        try (Trial trial = Trial.of(script("exit $((RANK + 3))"), 2)) {
            trial.awaitExits(2);
            for (int rank = 0; rank < 2; rank++) {
                assertThat(trial.exit(rank).exitCode()).isEqualTo(rank + 3);
                assertThat(trial.exit(rank).signal()).isNull();
                assertThat(trial.exit(rank).pid()).isEqualTo(trial.pid(rank));
            }
        }
    }

    @Test
    default void tellsSignals() throws Exception {
        try (Trial trial = Trial.of(script("kill -9 $$"), 1)) {
            trial.awaitExits(1);
            assertThat(trial.exit(0).signal()).isEqualTo(9);
            assertThat(trial.exit(0).describe()).isEqualTo("signal 9 (SIGKILL)");
        }
    }

    @Test
    default void tellsAnEndWithinASecond() throws Exception {
        try (Trial trial = Trial.of(script("echo up; sleep 100"), 1)) {
            trial.awaitLine("up");
            ProcessHandle.of(trial.pid(0)).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> !trial.told().exits().isEmpty());
        }
    }

    @Test
    default void deliversBothOutputsAndLogsThem(@TempDir Path logs) throws Exception {
        try (Trial trial = Trial.of(script("echo one; echo bad >&2; echo; echo Grüße $RANK"), 2, logs)) {
            trial.awaitExits(2);
            for (int rank = 0; rank < 2; rank++) {
                assertThat(trial.told().out(rank)).containsExactly("one", "", "Grüße " + rank);
                assertThat(trial.told().err(rank)).containsExactly("bad");
            }
        }
        assertThat(logs.resolve("0/stdout.log")).hasContent("one\n\nGrüße 0\n");
        assertThat(logs.resolve("1/stdout.log")).hasContent("one\n\nGrüße 1\n");
        assertThat(logs.resolve("1/stderr.log")).hasContent("bad\n");
    }

    @Test
    default void deliversALineWithoutItsEndBeforeTheExit() throws Exception {
        try (Trial trial = Trial.of(script("printf 'no end'"), 1)) {
            trial.awaitExits(1);
            assertThat(trial.told().out(0)).containsExactly("no end");
        }
    }

    @Test
    default void letsARankOpenItsOutputsByName() throws Exception {
        try (Trial trial = Trial.of(script("echo out >/dev/stdout; echo err >/dev/stderr"), 1)) {
            trial.awaitExits(1);
            assertThat(trial.told().out(0)).containsExactly("out");
            assertThat(trial.told().err(0)).containsExactly("err");
        }
    }

    @Test
    default void replacesWhatIsNotUtf8AndCutsWhatIsTooLong(@TempDir Path logs) throws Exception {
        String text = "printf 'a\\377b\\n'; head -c 200000 /dev/zero | tr '\\0' x; echo; echo next";
        try (Trial trial = Trial.of(script(text), 1, logs)) {
            trial.awaitExits(1);
            List<String> lines = trial.told().out(0);
            assertThat(lines).hasSize(3);
            assertThat(lines.get(0)).isEqualTo("a\uFFFDb");
            assertThat(lines.get(1)).startsWith("xxxx").hasSizeLessThan(66_000).containsPattern("\\d+ more bytes");
            assertThat(lines.get(2)).isEqualTo("next");
            assertThat(Files.readAllLines(logs.resolve("0/stdout.log"))).isEqualTo(lines);
        }
    }

    @Test
    default void readsAsFastAsARankWrites() throws Exception {
        try (Trial trial = Trial.of(script("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done"), 2)) {
            trial.awaitExits(2);
            assertThat(trial.told().lines()).hasSize(40_000);
            assertThat(trial.told().out(1))
                    .isEqualTo(IntStream.range(0, 20_000)
                            .mapToObj(i -> "line " + i)
                            .toList());
        }
    }

    @Test
    default void keepsTheLastLines() throws Exception {
        String text = "for i in 1 2 3 4 5; do echo out $i; [ $RANK = 0 ] || echo err $i >&2; done";
        try (Trial trial = Trial.of(script(text), 2)) {
            trial.awaitExits(2);
            assertThat(trial.gang().lastLines(0, 2)).containsExactly("out 4", "out 5");
            List<String> both = trial.gang().lastLines(1, 100);
            assertThat(both).hasSize(10).containsSubsequence("out 1", "out 4", "out 5");
            assertThat(both).containsSubsequence("err 1", "err 4", "err 5");
            assertThat(trial.gang().lastLines(1, 3)).isEqualTo(both.subList(7, 10));
        }
    }

    @Test
    default void givesEachRankItsPlace() throws Exception {
        String text =
                "echo $RANK $LOCAL_RANK $WORLD_SIZE $LOCAL_WORLD_SIZE $GROUP_RANK; echo $MASTER_ADDR $MASTER_PORT;"
                        + " echo $RANKMQ_SESSION; echo $PATH";
        try (Trial trial = Trial.of(script(text), 3)) {
            trial.awaitExits(3);
            for (int rank = 0; rank < 3; rank++) {
                List<String> lines = trial.told().out(rank);
                assertThat(lines.get(0)).matches(rank + " \\d+ 3 \\d+ \\d+");
                assertThat(lines.get(1))
                        .matches("\\S+ \\d+")
                        .isEqualTo(trial.told().out(0).get(1));
                assertThat(lines.get(2)).isEqualTo(trial.request().session());
                assertThat(lines.get(3)).isNotBlank();
            }
        }
    }

    @Test
    default void givesNoStandardInput() throws Exception {
        try (Trial trial = Trial.of(script("case $RANKMQ_BOOTSTRAP in -) cat;; esac; cat; echo read"), 1)) {
            trial.awaitExits(1);
            assertThat(trial.told().out(0)).endsWith("read");
        }
    }

    @Test
    default void givesEachRankAPrivateDocumentWithItsOwnKeyOnly() throws Exception {
        String text = "case $RANKMQ_BOOTSTRAP in -) cat;; fd:*) eval \"cat <&${RANKMQ_BOOTSTRAP#fd:}\";;"
                + " *) cat \"$RANKMQ_BOOTSTRAP\"; stat -c 'mode %a' \"$RANKMQ_BOOTSTRAP\";; esac";
        try (Trial trial = Trial.of(script(text), 2)) {
            trial.awaitExits(2);
            for (int rank = 0; rank < 2; rank++) {
                String document = String.join("\n", trial.told().out(rank));
                assertThat(document).contains(keys(trial, rank).secretKey());
                assertThat(document).doesNotContain(keys(trial, 1 - rank).secretKey());
                assertThat(document).doesNotContainPattern("mode (?!600)");
            }
        }
    }

    @Test
    default void showsNoSecretInCommandLinesAndVariables() throws Exception {
        try (Trial trial = Trial.of(script("echo up; sleep 100; :"), 1)) {
            trial.awaitLine("up");
            List<String> shown = new ArrayList<>();
            for (ProcFs.Entry entry : ProcFs.ofThisHost().living()) {
                shown.add(readOrNothing(Path.of("/proc/" + entry.pid() + "/cmdline")));
                shown.add(readOrNothing(Path.of("/proc/" + entry.pid() + "/environ")));
            }
            assertThat(shown).anyMatch(text -> text.contains(trial.request().session()));
            assertThat(shown).noneMatch(text -> text.contains(keys(trial, 0).secretKey()));
        }
    }

    @Test
    default void asksProcessesToEnd() throws Exception {
        try (Trial trial = Trial.of(script("trap 'exit 7' TERM; echo up; while :; do sleep 0.1; done"), 2)) {
            trial.awaitLine("up");
            await().until(() -> trial.told().lines().size() == 2);
            assertThat(trial.gang().awaitEnd(Duration.ofMillis(50))).isFalse();
            trial.gang().terminate();
            assertThat(trial.gang().awaitEnd(Trial.PATIENCE)).isTrue();
            assertThat(trial.told().exits()).hasSize(2);
            assertThat(trial.exit(1).exitCode()).isEqualTo(7);
        }
    }

    @Test
    default void killsChildrenAndDaemonsInSessionsOfTheirOwn() throws Exception {
        String daemon = "(setsid sh -c 'trap \"\" TERM HUP; sleep 1000 & sleep 1001; :' >/dev/null 2>&1 &)";
        try (Trial trial = Trial.of(script("trap '' TERM; " + daemon + "; sleep 1000 & echo up; sleep 1002; :"), 2)) {
            await().atMost(Trial.PATIENCE)
                    .until(() -> trial.livingProcesses().size() >= 12
                            && trial.told().lines().size() == 2);
            trial.gang().kill();
            assertThat(trial.gang().awaitEnd(Duration.ofSeconds(5))).isTrue();
            assertThat(trial.livingProcesses()).isEmpty();
            assertThat(trial.exit(0).signal()).isEqualTo(9);
        }
    }

    @Test
    default void closesWithoutLeavingAnything() throws Exception {
        Trial trial = Trial.of(script("echo \"$RANKMQ_BOOTSTRAP\"; sleep 1000 & sleep 1000; :"), 2);
        await().atMost(Trial.PATIENCE).until(() -> trial.told().lines().size() == 2);
        trial.close();
        trial.close();
        assertThat(trial.livingProcesses()).isEmpty();
        assertThat(trial.told().exits()).hasSize(2);
        for (GangListener.Line line : trial.told().lines()) {
            assertThat(Path.of(line.text())).doesNotExist();
        }
    }

    @Test
    default void tellsAnEndAlthoughADaemonHoldsThePipe() throws Exception {
        try (Trial trial = Trial.of(script("sleep 1000 & echo last words; exit 3"), 1)) {
            trial.awaitExits(1);
            assertThat(trial.exit(0).exitCode()).isEqualTo(3);
            assertThat(trial.told().out(0)).containsExactly("last words");
        }
    }

    @Test
    default void tellsAnEndAlthoughADaemonFloodsThePipe() throws Exception {
        // Long lines: what is measured is whether the end is told, not how many lines a list can hold.
        String flood = "head -c 60000 /dev/zero | tr '\\0' y >&2; f=$(head -c 60000 /dev/zero | tr '\\0' y);"
                + " (while :; do echo $f; done) & sleep 0.3; exit 3";
        try (Trial trial = Trial.of(script(flood), 1)) {
            trial.awaitExits(1);
            assertThat(trial.exit(0).exitCode()).isEqualTo(3);
        }
    }

    @Test
    default void namesACommandThatDoesNotExist() {
        Launcher launcher = running(List.of("rankmq-no-such-command", "x"));
        assertThatThrownBy(() -> Trial.of(launcher, 2))
                .isInstanceOf(LaunchException.class)
                .hasMessageContaining("'rankmq-no-such-command' does not exist");
    }

    @Test
    default void readsOnWhenTheLogDiskIsFull(@TempDir Path logs) throws Exception {
        Files.createDirectories(logs.resolve("0"));
        Files.createSymbolicLink(logs.resolve("0/stdout.log"), Path.of("/dev/full"));
        String text = "i=0; while [ $i -lt 5000 ]; do echo some line of output $i; i=$((i+1)); done";
        try (Trial trial = Trial.of(script(text), 1, logs)) {
            trial.awaitExits(1);
            assertThat(trial.exit(0).exitCode()).isZero();
            assertThat(trial.told().out(0)).hasSize(5000);
            assertThat(trial.told().logFailures()).hasSize(1);
            assertThat(trial.told().logFailures().get(0)).contains(logs + "/0/stdout.log", "No space left on device");
        }
    }

    @Test
    default void tellsOnceThatTheLogFolderCannotBeMade(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("taken"), "by a file");
        try (Trial trial = Trial.of(script("echo one; echo two >&2"), 2, file)) {
            trial.awaitExits(2);
            assertThat(trial.told().lines()).hasSize(4);
            assertThat(trial.told().logFailures()).hasSize(1);
            assertThat(trial.told().logFailures().get(0)).contains(file.toString());
        }
    }

    @Test
    default void makesLogFilesOfRanksThatSayNothing(@TempDir Path logs) throws Exception {
        try (Trial trial = Trial.of(script(":"), 1, logs)) {
            trial.awaitExits(1);
        }
        assertThat(logs.resolve("0/stdout.log")).isEmptyFile();
        assertThat(logs.resolve("0/stderr.log")).isEmptyFile();
    }

    private static CurveKeyPair keys(Trial trial, int rank) {
        return trial.request().bootstrap().keysOf(rank);
    }

    private static String readOrNothing(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }
}
