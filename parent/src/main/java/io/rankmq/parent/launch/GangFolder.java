// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The temporary folder of a gang, which holds keys: only its owner can enter it. */
final class GangFolder {
    private final Path path;

    private GangFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes one: in memory ($XDG_RUNTIME_DIR) where that can be used, else where temporary files go.
     *
     * @throws IOException if there is no place for it
     */
    static GangFolder create() throws IOException {
        List<Path> places = new ArrayList<>();
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (runtime != null && !runtime.isEmpty() && Files.isWritable(Path.of(runtime))) {
            places.add(Path.of(runtime).toAbsolutePath());
        }
        places.add(Path.of(System.getProperty("java.io.tmpdir")).toAbsolutePath());
        IOException last = null;
        for (Path place : places) {
            try {
                return new GangFolder(Files.createTempDirectory(
                        place,
                        "rankmq-",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))));
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no temporary folder can be made in " + places, last);
    }

    Path path() {
        return path;
    }

    /** Writes a file that only its owner can read or write. */
    Path write(String name, String content) throws IOException {
        Path file = path.resolve(name);
        Set<StandardOpenOption> fresh = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (var channel = Files.newByteChannel(
                file, fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            var bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        return file;
    }

    /** Removes the folder and what is in it; nothing happens if it is gone. */
    void remove() throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Removed already.
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
