// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.security.KeyFiles;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {

    @TempDir
    private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"", "run", "validate", "doctor", "keygen", "broker", "status", "worker"})
    void helpHasExamples(String command) {
        int exitCode = command.isEmpty() ? rankmq("--help") : rankmq(command, "--help");

        assertThat(exitCode).isZero();
        assertThat(out.toString())
                .contains("Examples:")
                .contains("  rankmq " + command)
                .doesNotContain("\u001b");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void aMissingCommandIsBadInput() {
        assertThat(rankmq()).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).isEqualTo("rankmq: a command is missing\nTry 'rankmq --help'.\n");
    }

    @Test
    void anUnknownOptionIsBadInputWithTheNearestOne() {
        assertThat(rankmq("run", "job.yaml", "--wolrd-size", "3")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString())
                .startsWith("rankmq: Unknown option")
                .contains("--world-size")
                .doesNotContain("\tat ");
    }

    @Test
    void aTimeoutWithoutAUnitIsBadInput() {
        assertThat(rankmq("run", "job.yaml", "--timeout", "30")).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString())
                .contains("--timeout")
                .contains("expected a time above 0 with a unit, such as 500ms, 30s, 5m or 2h, got '30'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "validate"})
    void allFaultsOfAFileAreToldAtOnceAndNothingIsStarted(String command) throws Exception {
        Path file = Files.writeString(folder.resolve("job.yaml"), "name: a b\nworld_size: 0\n");

        assertThat(rankmq(command, file.toString())).isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString().lines()).hasSize(8);
        assertThat(err.toString())
                .contains(file + ":1:7: name: expected")
                .endsWith("7 faults; nothing was started\n")
                .doesNotContain("\tat ");
        assertThat(folder.resolve("rankmq-runs")).doesNotExist();
    }

    @Test
    void aGoodFileIsValid() throws Exception {
        Path file = Files.writeString(folder.resolve("job.yaml"), """
                name: digits
                world_size: 1
                executor: t
                components: [{id: t, path: a.T}]
                allow: [a.]
                launcher: {type: fake}
                tasks: [{name: train, rounds: 3}]
                """);

        assertThat(rankmq("validate", file.toString())).isZero();
        assertThat(out.toString()).isEqualTo(file + ": no fault; job 'digits', 1 rank, 1 task, 3 rounds\n");
    }

    @Test
    void versionNamesWhatMatters() {
        assertThat(rankmq("version")).isZero();
        assertThat(out.toString().lines().toList())
                .hasSize(4)
                .satisfiesExactly(
                        line -> assertThat(line).matches("RankMQ \\d+\\.\\d+\\.\\d+.*"),
                        line -> assertThat(line).isEqualTo("protocol 1"),
                        line -> assertThat(line).matches("JeroMQ \\d+\\.\\d+\\.\\d+"),
                        line -> assertThat(line).startsWith("JVM "));
    }

    @Test
    void keygenWritesASecretAndAPublicFileAndReplacesNone() throws Exception {
        Path out1 = folder.resolve("keys");
        assertThat(rankmq("keygen", "--out", out1.toString(), "--name", "broker"))
                .isZero();

        CurveKeyPair keys = KeyFiles.readKeyPair(out1.resolve("broker.key"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out1.resolve("broker.key"))))
                .isEqualTo("rw-------");
        assertThat(out1.resolve("broker.pub")).hasContent(keys.publicKey());
        assertThat(out.toString()).doesNotContain(keys.secretKey()).contains("broker.key", "broker.pub");

        assertThat(rankmq("keygen", "--out", out1.toString(), "--name", "broker"))
                .isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).contains("broker.key exists already").contains("--force");
        assertThat(KeyFiles.readKeyPair(out1.resolve("broker.key"))).isEqualTo(keys);

        assertThat(rankmq("keygen", "--out", out1.toString(), "--name", "broker", "--force"))
                .isZero();
        assertThat(KeyFiles.readKeyPair(out1.resolve("broker.key"))).isNotEqualTo(keys);
    }

    @Test
    void keygenRefusesANameThatIsAPath() {
        assertThat(rankmq("keygen", "--out", folder.toString(), "--name", "../x"))
                .isEqualTo(ExitCode.BAD_INPUT);
        assertThat(err.toString()).contains("--name: expected");
    }

    @Test
    void workerStartsTheWorkersOwnProgram() {
        Path missing = folder.resolve("bootstrap.json");
        assertThat(rankmq("worker", "--bootstrap", missing.toString(), "--wait", "10ms", "--slots", "2"))
                .as("no document came")
                .isEqualTo(3);
        assertThat(rankmq("worker", "--bootstrap", missing.toString(), "--slots", "none"))
                .isEqualTo(2);
    }

    @Test
    void completionKnowsTheCommandsAndOptions() {
        assertThat(rankmq("generate-completion")).isZero();
        assertThat(out.toString()).contains("--world-size", "doctor", "worker", "--slots", "complete -F");
    }

    @Test
    void doctorReallySendsAMessage() throws Exception {
        int exitCode = rankmq("doctor", "--json", "--log-dir", folder.toString());

        var answer = new ObjectMapper().readTree(out.toString());
        assertThat(answer.path("findings"))
                .anySatisfy(finding -> {
                    assertThat(finding.path("name").asText()).isEqualTo("sockets");
                    assertThat(finding.path("status").asText()).isEqualTo("OK");
                    assertThat(finding.path("found").asText()).contains("CURVE round trip");
                })
                .hasSize(17);
        assertThat(exitCode).isEqualTo(answer.path("can_run").asBoolean() ? ExitCode.OK : ExitCode.RANKS_LOST);
    }

    @Test
    void doctorSaysWhatIsMissing() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(rankmq("doctor", "--log-dir", file.resolve("logs").toString()))
                .isEqualTo(ExitCode.RANKS_LOST);
        assertThat(out.toString())
                .contains("missing logs")
                .contains("choose another folder, for logs with --log-dir")
                .contains("No job can run here");
    }

    private int rankmq(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        commandLine.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        return commandLine.execute(args);
    }
}
