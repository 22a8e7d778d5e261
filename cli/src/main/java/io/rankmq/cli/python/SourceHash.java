// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.python;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What an installation of the Python worker depends on, in one text. */
final class SourceHash {

    private SourceHash() {}

    /**
     * SHA-256 over pyproject.toml and everything below src, names included.
     *
     * @throws IOException if a file cannot be read
     */
    static String of(Path project) throws IOException {
        MessageDigest digest = sha256();
        try {
            for (Path file : files(project)) {
                digest.update((project.relativize(file) + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(Files.readAllBytes(file));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static List<Path> files(Path project) throws IOException {
        try (Stream<Path> sources = Files.walk(project.resolve("src"))) {
            return Stream.concat(Stream.of(project.resolve("pyproject.toml")), sources)
                    .filter(Files::isRegularFile)
                    .filter(file -> !isMade(project.relativize(file)))
                    .sorted()
                    .toList();
        }
    }

    /** What interpreters and builds leave among the sources. */
    private static boolean isMade(Path file) {
        for (Path part : file) {
            String name = part.toString();
            if (name.equals("__pycache__") || name.endsWith(".egg-info") || name.endsWith(".pyc")) {
                return true;
            }
        }
        return false;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
