// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes job files into a folder and reads them, for tests. */
final class JobFiles {
    private final Path folder;

    JobFiles(Path folder) {
        this.folder = folder;
    }

    /** A job of eight lines without a fault. */
    String valid() {
        return """
                name: digits
                world_size: 2
                executor: trainer
                components: [{id: trainer, path: com.example.Trainer}]
                allow: [com.example., io.rankmq.cli.testkit.]
                launcher: {type: fake}
                tasks:
                  - name: train
                """;
    }

    Job load(String yaml, String... sets) throws JobFileException {
        return load(yaml, null, sets);
    }

    Job load(String yaml, @Nullable Integer worldSize, String... sets) throws JobFileException {
        return JobLoader.load(write(yaml.getBytes(UTF_8)), List.of(sets), worldSize);
    }

    /** The faults, a line each, with {@code job.yaml} for the path of the file. */
    List<String> faults(String yaml, String... sets) {
        return faults(write(yaml.getBytes(UTF_8)), sets);
    }

    List<String> faults(Path file, String... sets) {
        try {
            JobLoader.load(file, List.of(sets), null);
            return List.of();
        } catch (JobFileException e) {
            return String.valueOf(e.getMessage())
                    .lines()
                    .map(line -> line.startsWith(folder + "/")
                            ? line.substring(folder.toString().length() + 1)
                            : line)
                    .toList();
        }
    }

    Path write(byte[] content) {
        try {
            return Files.write(folder.resolve("job.yaml"), content);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
