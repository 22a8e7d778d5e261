// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.cli.job.Job;
import io.rankmq.cli.job.JobLoader;
import io.rankmq.parent.BrokerAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs without ranks: the launcher starts none. */
class JobRunTest {

    @TempDir
    private Path folder;

    private final List<RunEvent> events = new ArrayList<>();
    private final Stop stop = new Stop();

    @Test
    void aLaunchThatFailsLeavesAReportAndOneSentence() throws Exception {
        int exitCode = run(job("{type: fake}", ""), null);

        assertThat(exitCode).isEqualTo(ExitCode.RANKS_LOST);
        assertThat(events.get(0)).isInstanceOf(RunEvent.SessionBegun.class);
        assertThat(events)
                .filteredOn(RunEvent.Failed.class::isInstance)
                .extracting(event -> ((RunEvent.Failed) event).error().message())
                .containsExactly("the fake launcher starts nothing");
        JsonNode report = report();
        assertThat(report.path("outcome").asText()).isEqualTo("FAILED");
        assertThat(report.path("error").path("code").asText()).isEqualTo("LAUNCH_FAILED");
        assertThat(report.path("session").asText()).matches("\\d{8}-\\d{6}-digits-[a-z2-7]{6}");
        assertThat(report.path("tasks").isEmpty()).isTrue();
        assertThat(report.path("events").path("up").asInt(-1)).isZero();
    }

    @Test
    void theReportGoesWhereItIsToldTo() throws Exception {
        Path file = folder.resolve("deep/er/r.json");
        run(job("{type: fake}", ""), file);

        assertThat(new ObjectMapper().readTree(file.toFile()).path("job").asText())
                .isEqualTo("digits");
        try (Stream<Path> files = Files.list(file.resolveSibling("."))) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aReportThatCannotBeWrittenIsToldAndChangesTheExitCodeOfAGoodRunOnly() throws Exception {
        Path file = Files.createDirectory(folder.resolve("taken"));
        int exitCode = run(job("{type: fake}", ""), file);

        assertThat(exitCode).isEqualTo(ExitCode.RANKS_LOST);
        assertThat(events)
                .filteredOn(RunEvent.Note.class::isInstance)
                .singleElement()
                .asString()
                .contains("the report cannot be written to " + file);
    }

    @Test
    void aHandlerThatCannotBeBuiltIsBadInputAndLeavesNothing() throws Exception {
        Job job = job("{type: fake}", "handlers: [{id: a, path: io.rankmq.cli.testkit.Average, args: {x: 1}}]");

        assertThatThrownBy(() -> run(job, null)).isInstanceOfSatisfying(RunException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(e).hasMessageStartingWith(job.file() + ": handlers: component 'a' has arguments");
        });
        assertThat(folder.resolve("runs")).doesNotExist();
    }

    @Test
    void aLogFolderThatCannotBeMadeIsOneSentence() throws Exception {
        Files.createFile(folder.resolve("runs"));

        assertThatThrownBy(() -> run(job("{type: fake}", ""), null))
                .isInstanceOfSatisfying(
                        RunException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.JOB_FAILED))
                .hasMessageStartingWith("the folder of the run cannot be made: ");
    }

    @Test
    void aRunThatWasStoppedBeforeItBeganIsAborted() throws Exception {
        stop.request(Stop.Reason.TERMINATE);
        int exitCode = run(job("{type: fake}", ""), null);

        assertThat(exitCode).isEqualTo(ExitCode.TERMINATED);
        assertThat(report().path("outcome").asText()).isEqualTo("ABORTED");
        assertThat(report().has("error")).isFalse();
        assertThat(events).noneMatch(RunEvent.Failed.class::isInstance);
    }

    @Test
    void sessionsAreNamedByTimeJobAndChance() {
        Instant now = Instant.parse("2026-11-22T10:00:00Z");
        String name = SessionNames.name("A_job.with " + "x".repeat(60), now, new Random(1));

        assertThat(name).matches("\\d{8}-\\d{6}-a-job-with-x+-[a-z2-7]{6}").hasSizeLessThanOrEqualTo(64);
        assertThat(name).isNotEqualTo(SessionNames.name("A_job.with " + "x".repeat(60), now, new Random(2)));
    }

    private int run(Job job, @Nullable Path report) throws RunException {
        RunSettings settings =
                new RunSettings(folder.resolve("runs"), report, Duration.ofMinutes(1), BrokerAccess.embedded());
        return new JobRun(job, settings, events::add, stop).run();
    }

    private JsonNode report() throws Exception {
        try (Stream<Path> runs = Files.list(folder.resolve("runs"))) {
            return new ObjectMapper()
                    .readTree(runs.findFirst()
                            .orElseThrow()
                            .resolve("report.json")
                            .toFile());
        }
    }

    private Job job(String launcher, String more) throws Exception {
        Path file = folder.resolve("job.yaml");
        Files.writeString(file, """
                name: digits
                world_size: 2
                executor: trainer
                components: [{id: trainer, path: com.example.Trainer}]
                allow: [com.example., io.rankmq.cli.testkit.]
                tasks: [{name: train}]
                launcher: %s
                %s
                """.formatted(launcher, more));
        return JobLoader.load(file, List.of(), null);
    }
}
