// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.cli.run.Report.ErrorEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** The folder of one run: {@code attempt_<n>/<rank>} with the ranks' logs, what the job leaves behind, and the report. */
final class RunFolder {
    private static final String REPORT = "report.json";

    private final Path path;

    private RunFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes the folder.
     *
     * @throws IOException if it cannot be made
     */
    static RunFolder create(Path logDirectory, String session) throws IOException {
        return new RunFolder(Files.createDirectories(
                logDirectory.toAbsolutePath().normalize().resolve(session)));
    }

    Path path() {
        return path;
    }

    /** Where the report goes unless it is told otherwise. */
    Path report() {
        return path.resolve(REPORT);
    }

    /** The files that the job left, by name. */
    List<String> files() {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals(REPORT) && !name.startsWith("."))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    /** Writes the error beside the logs of the rank at fault. */
    void writeError(int attempt, int rank, ErrorEntry error) throws IOException {
        Path folder = path.resolve("attempt_" + attempt).resolve(Integer.toString(rank));
        Files.createDirectories(folder);
        write(folder.resolve("error.json"), ReportJson.text(error));
    }

    /** Writes a file whole or not at all. */
    static void write(Path file, String text) throws IOException {
        Path part = file.resolveSibling(
                "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.writeString(part, text, StandardCharsets.UTF_8);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }
}
