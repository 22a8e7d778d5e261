// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole runs: the command line as a process, with two Java ranks. */
class RunProcessTest {

    @TempDir
    private Path folder;

    @Test
    void aJobRunsToItsEndAndLeavesLogsAndReport() throws Exception {
        try (Cli cli = run("greet", "--set", "tasks.0.rounds=2")) {
            assertThat(cli.exitCode()).as(cli::err).isZero();

            assertThat(cli.out().lines())
                    .filteredOn(line -> line.contains("does greet"))
                    .hasSize(4)
                    .allMatch(line -> line.matches("\\[[^:\\]]+:[01]] rank [01] does greet"));
            assertThat(cli.err())
                    .contains("job: starting 2 ranks, session ")
                    .contains("2 ranks ready after ")
                    .contains("greet 1/2  count 1  ")
                    .contains("greet 2/2  count 1  ")
                    .contains("job OK: 2 rounds on 2 ranks in ")
                    .doesNotContain("\r")
                    .doesNotContain("\u001b");
            JsonNode report = cli.report();
            assertThat(report.path("outcome").asText()).isEqualTo("OK");
            assertThat(report.path("tasks")).hasSize(2);
            assertThat(report.path("tasks").path(1).path("replied_by").toString())
                    .isEqualTo("[0]");
            assertThat(report.path("ranks")).hasSize(2).allSatisfy(rank -> {
                assertThat(rank.path("state").asText()).isEqualTo("left");
                assertThat(rank.path("language").asText()).isEqualTo("java");
                assertThat(rank.path("exit").asText()).isEqualTo("exit code 0");
            });
            assertThat(cli.run().resolve("attempt_0/1/stdout.log")).content().contains("rank 1 does greet");
            cli.assertNothingLeft();
        }
    }

    @Test
    void anExecutorThatThrowsFailsTheJobWithTheRankNamed() throws Exception {
        try (Cli cli = run("throw")) {
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.JOB_FAILED);

            JsonNode error = cli.report().path("error");
            assertThat(error.path("code").asText()).isEqualTo("EXECUTION_FAILED");
            assertThat(error.path("rank").asInt()).isEqualTo(1);
            assertThat(cli.err())
                    .contains("rankmq: " + error.path("message").asText())
                    .contains("as told")
                    .contains("job FAILED: 1 round on 2 ranks in ");
            assertThat(error.path("message").asText())
                    .contains(
                            "1", error.path("host").asText(), error.path("pid").asText());
            assertThat(new ObjectMapper()
                            .readTree(
                                    cli.run().resolve("attempt_0/1/error.json").toFile()))
                    .isEqualTo(error);
            cli.assertNothingLeft();
        }
    }

    @Test
    void aRankThatEndsTooEarlyIsLostAndItsLastLinesAreShown() throws Exception {
        try (Cli cli = run("exit")) {
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.RANKS_LOST);

            assertThat(cli.report().path("error").path("code").asText()).isEqualTo("RANK_EXITED");
            assertThat(cli.err().lines().filter(line -> line.startsWith("rankmq: ")))
                    .singleElement()
                    .asString()
                    .contains("exit code 7");
            assertThat(cli.err()).doesNotContain("\tat ");
            cli.assertNothingLeft();
        }
    }

    @Test
    void aTaskThatTakesTooLongFailsTheJob() throws Exception {
        try (Cli cli = run("wait", "--set", "tasks.0.timeout=500ms")) {
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.JOB_FAILED);
            assertThat(cli.report().path("error").path("code").asText()).isEqualTo("TASK_TIMEOUT");
            cli.assertNothingLeft();
        }
    }

    @Test
    void aJobThatTakesTooLongFails() throws Exception {
        try (Cli cli = run("wait", "--timeout", "8s")) {
            cli.awaitOut("rank 1 does wait");
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.JOB_FAILED);
            assertThat(cli.err())
                    .contains(
                            "rankmq: the job's time of 8.0 s was up before the first round ended; --timeout gives it more");
            assertThat(cli.report().path("error").path("code").asText()).isEqualTo("TASK_TIMEOUT");
            cli.assertNothingLeft();
        }
    }

    @ParameterizedTest
    @CsvSource({"INT,130", "TERM,143", "HUP,129"})
    void aSignalAbortsTheJobInOrder(String signal, int exitCode) throws Exception {
        try (Cli cli = run("wait")) {
            cli.awaitOut("rank 1 does wait");
            cli.signal(signal);

            assertThat(cli.exitCode()).as(cli::err).isEqualTo(exitCode);
            assertThat(cli.report().path("outcome").asText()).isEqualTo("ABORTED");
            assertThat(cli.err()).contains("job ABORTED: ").doesNotContain("rankmq: ");
            cli.assertNothingLeft();
        }
    }

    @Test
    void aSecondCtrlCKillsRanksThatDoNotListen() throws Exception {
        try (Cli cli = run("deaf", "--set", "limits.abort_grace=1h", "--set", "limits.close_grace=1h")) {
            cli.awaitOut("rank 1 does deaf");
            cli.signal("INT");
            cli.awaitErr("once more kills its ranks");
            cli.signal("INT");

            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(cli.report().path("outcome").asText()).isEqualTo("ABORTED");
            cli.assertNothingLeft();
        }
    }

    @Test
    void aCommandThatDoesNotExistIsOneSentence() throws Exception {
        try (Cli cli = run("greet", "--set", "launcher={type: local, worker: java, command: [/gone/java]}")) {
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.RANKS_LOST);
            assertThat(cli.err()).contains("rankmq: ").contains("/gone/java").doesNotContain("\tat ");
            assertThat(cli.report().path("error").path("code").asText()).isEqualTo("LAUNCH_FAILED");
        }
    }

    @Test
    void withJsonEveryLineIsAnObjectAndTheLastOneIsTheSummary() throws Exception {
        try (Cli cli = run("greet", "--json")) {
            assertThat(cli.exitCode()).as(cli::err).isZero();

            List<String> events = new ArrayList<>();
            for (String line : cli.out().lines().toList()) {
                events.add(new ObjectMapper().readTree(line).path("event").asText());
            }
            assertThat(events).startsWith("session").endsWith("summary").contains("rank", "round", "output");
        }
    }

    @Test
    void quietMeansQuiet() throws Exception {
        try (Cli cli = run("greet", "--quiet", "--report", "r.json")) {
            assertThat(cli.exitCode()).as(cli::err).isZero();
            assertThat(cli.out()).isEmpty();
            assertThat(cli.err()).isEmpty();
            assertThat(folder.resolve("r.json")).exists();
        }
    }

    private Cli run(String task, String... more) throws Exception {
        Files.writeString(folder.resolve("job.yaml"), """
                name: job
                world_size: 2
                executor: scripted
                components: [{id: scripted, path: io.rankmq.cli.testkit.Scripted}]
                allow: [io.rankmq.cli.testkit.]
                launcher: {type: local, worker: java}
                tasks: [{name: %s, data: {rank: 1}}]
                """.formatted(task));
        List<String> args = new ArrayList<>(List.of("run", "job.yaml"));
        args.addAll(List.of(more));
        return new Cli(folder, args.toArray(String[]::new));
    }
}
