// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.cli.run.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run whose logs cannot grow any more: the limit of a file's size stands for a full disk, and needs no root. */
class FullDiskTest {
    private static final Duration SOON = Duration.ofSeconds(5);

    @TempDir
    private Path folder;

    @Test
    void aFullLogDiskEndsTheJobSoonWithOneSentence() throws Exception {
        Files.writeString(folder.resolve("job.yaml"), """
                name: job
                world_size: 2
                executor: scripted
                components: [{id: scripted, path: io.rankmq.cli.testkit.Scripted}]
                allow: [io.rankmq.cli.testkit.]
                launcher: {type: local, worker: java}
                max_restarts: 3
                tasks: [{name: flood, data: {rank: 1}}]
                """);
        List<String> limited = List.of("sh", "-c", "ulimit -f 2048; exec \"$@\"", "sh");
        try (Cli cli = new Cli(folder, limited, "run", "job.yaml", "--quiet")) {
            int exitCode = cli.exitCode();
            Instant end = Instant.now();
            assertThat(exitCode).as(cli::err).isEqualTo(ExitCode.JOB_FAILED);
            Path log = cli.run().resolve("attempt_0/1/stdout.log");
            assertThat(Duration.between(Files.getLastModifiedTime(log).toInstant(), end))
                    .as("from the last byte that could be written to the end of the process")
                    .isLessThan(SOON);
            assertThat(cli.err()
                            .lines()
                            .filter(line -> line.startsWith("rankmq: "))
                            .findFirst()
                            .orElse(""))
                    .matches("rankmq: .*the log file .*/attempt_0/1/stdout.log cannot be written: File too large;"
                            + " free some space or choose another log folder");
            assertThat(cli.err()).doesNotContain("\tat ");
            assertThat(cli.report().path("error").path("code").asText()).isEqualTo("LOG_FAILED");
            assertThat(cli.report().path("attempts"))
                    .as("a full disk is full for the next gang too")
                    .hasSize(1);
            cli.assertNothingLeft();
        }
    }
}
