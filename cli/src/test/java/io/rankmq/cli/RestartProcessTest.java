// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole runs whose ranks are killed with signal 9 in the middle of a task. */
class RestartProcessTest {

    @TempDir
    private Path folder;

    @Test
    void aRankThatIsKilledOnceCostsARestartAndTheJobEndsWell() throws Exception {
        try (Cli cli = run("kill_once", "max_restarts=1", "tasks.0.rounds=2")) {
            assertThat(cli.exitCode()).as(cli::err).isZero();
            assertThat(cli.err())
                    .containsPattern("rankmq: rank 1 on host .* ended with signal 9 .SIGKILL. during task kill_once")
                    .contains("rankmq: starting the gang again, restart 1 of 1")
                    .contains("kill_once 1/2  count 1")
                    .contains("job OK: 2 rounds on 2 ranks in ");
            JsonNode report = cli.report();
            assertThat(report.path("outcome").asText()).isEqualTo("OK");
            assertThat(report.has("error")).isFalse();
            assertThat(report.path("tasks")).hasSize(2);
            JsonNode attempts = report.path("attempts");
            assertThat(attempts.findValuesAsText("attempt")).containsExactly("0", "1");
            assertThat(attempts.findValuesAsText("outcome")).containsExactly("FAILED", "OK");
            assertThat(attempts.path(0).path("error").path("code").asText()).isEqualTo("RANK_EXITED");
            assertThat(report.path("ranks").findValuesAsText("attempt")).containsExactly("0", "0", "1", "1");
            assertThat(report.path("ranks").path(1).path("exit").asText()).isEqualTo("signal 9 (SIGKILL)");
            assertThat(new ObjectMapper()
                            .readTree(
                                    cli.run().resolve("attempt_0/1/error.json").toFile()))
                    .isEqualTo(attempts.path(0).path("error"));
            assertThat(cli.run().resolve("attempt_1/1/stdout.log")).content().contains("rank 1 does kill_once");
            cli.assertNothingLeft();
        }
    }

    @Test
    void aRankThatIsKilledEachTimeEndsTheJobWithTheLastAttemptNamed() throws Exception {
        try (Cli cli = run("kill", "max_restarts=1")) {
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.RANKS_LOST);
            JsonNode report = cli.report();
            String sentence = report.path("error").path("message").asText();
            assertThat(sentence)
                    .matches("in attempt_1 \\(restarts used: 1 of 1\\), rank 1 on host .* ended with signal 9 .*");
            assertThat(cli.err()).contains("rankmq: " + sentence).doesNotContain("\tat ");
            assertThat(report.path("attempts").findValuesAsText("outcome")).containsExactly("FAILED", "FAILED");
            cli.assertNothingLeft();
        }
    }

    @Test
    void ctrlCEndsARestart() throws Exception {
        Path start = folder.resolve("start.sh");
        Files.writeString(
                start, "#!/bin/sh\n[ -e killed ] && { echo does not join; exec sleep 600; }\nexec java \"$@\"\n");
        Files.setPosixFilePermissions(start, PosixFilePermissions.fromString("rwx------"));
        try (Cli cli =
                run("kill_once", "max_restarts=1", "launcher={type: local, worker: java, command: [./start.sh]}")) {
            cli.awaitOut("does not join");
            cli.signal("INT");
            assertThat(cli.exitCode()).as(cli::err).isEqualTo(ExitCode.INTERRUPTED);
            assertThat(cli.report().path("outcome").asText()).isEqualTo("ABORTED");
            assertThat(cli.report().path("attempts").findValuesAsText("outcome"))
                    .containsExactly("FAILED", "ABORTED");
            cli.assertNothingLeft();
        }
    }

    /** The parent does not see their end, so the lease has to tell it; and it cannot start them, so they have to come again. */
    @Test
    void ranksThatJoinByThemselvesComeAgainAfterALoss() throws Exception {
        Path host = Files.createDirectory(folder.resolve("host"));
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.rankmq.worker.Host",
                        "--bootstrap",
                        folder.resolve("bootstrap.json").toString(),
                        "--slots",
                        "2",
                        "--keep")
                .directory(host.toFile())
                .redirectErrorStream(true)
                .redirectOutput(host.resolve("log").toFile())
                .start();
        try (Cli cli = run(
                "kill_once",
                "max_restarts=1",
                "limits={heartbeat: 200ms, lease: 3s}",
                "launcher={type: external, bootstrap: bootstrap.json}")) {
            assertThat(cli.exitCode())
                    .as(() -> cli.err() + Cli.read(host.resolve("log")))
                    .isZero();
            assertThat(cli.err())
                    .containsPattern("rankmq: rank 1 on host .* was not heard for 3 s during task kill_once")
                    .contains("rankmq: starting the gang again, restart 1 of 1");
            assertThat(cli.report().path("attempts").findValuesAsText("outcome"))
                    .containsExactly("FAILED", "OK");
            assertThat(folder.resolve("bootstrap.json")).doesNotExist();

            worker.destroy();
            assertThat(worker.waitFor(20, TimeUnit.SECONDS)).isTrue();
            cli.assertNothingLeft();
        } finally {
            worker.destroyForcibly();
        }
    }

    private Cli run(String task, String... settings) throws Exception {
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
        for (String setting : settings) {
            args.add("--set");
            args.add(setting);
        }
        return new Cli(folder, args.toArray(String[]::new));
    }
}
