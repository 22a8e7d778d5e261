// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a session has left on this machine: processes that carry its mark, and files that carry its name. */
final class Leftovers {

    private Leftovers() {}

    static List<String> of(String session) {
        List<String> left = new ArrayList<>();
        for (long pid : processes(session)) {
            left.add("process " + pid + " "
                    + ProcessHandle.of(pid)
                            .flatMap(handle -> handle.info().commandLine())
                            .orElse(""));
        }
        for (String folder : new String[] {System.getProperty("java.io.tmpdir"), "/dev/shm", runtimeDirectory()}) {
            left.addAll(files(Path.of(folder), session));
        }
        return left;
    }

    /** Living processes with {@code RANKMQ_SESSION=session} in their environment; zombies have none. */
    static List<Long> processes(String session) {
        List<Long> found = new ArrayList<>();
        try (Stream<Path> all = Files.list(Path.of("/proc"))) {
            all.filter(path -> path.getFileName().toString().matches("[0-9]+")).forEach(path -> {
                try {
                    String environment = Files.readString(path.resolve("environ"), StandardCharsets.ISO_8859_1);
                    if (("\0" + environment + "\0").contains("\0RANKMQ_SESSION=" + session + "\0")) {
                        found.add(Long.parseLong(path.getFileName().toString()));
                    }
                } catch (IOException gone) {
                    // It ended between the listing and the look, or belongs to somebody else.
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static List<String> files(Path folder, String session) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(Path::toString)
                    .filter(name -> name.contains(session))
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static String runtimeDirectory() {
        String directory = System.getenv("XDG_RUNTIME_DIR");
        return directory == null ? "/nonexistent" : directory;
    }
}
