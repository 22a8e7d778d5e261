// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Finds programs as a shell does, so that a missing one is named before anything is started. */
final class Executables {
    static final String DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

    private Executables() {}

    /**
     * The full path of a program.
     *
     * @param name a name to look up, or a path if it contains a slash
     * @param path folders to search, as in the variable PATH; null: the usual ones
     * @param baseDirectory to which a relative path refers
     * @throws LaunchException if there is no such program, or it cannot be run
     */
    static String find(String name, @Nullable String path, Path baseDirectory) throws LaunchException {
        if (name.indexOf('/') >= 0) {
            Path file = baseDirectory.resolve(name);
            if (!Files.isRegularFile(file)) {
                throw new LaunchException("the command '" + name + "' does not exist; looked for the file " + file
                        + "; correct the launcher's command or install it");
            }
            if (!Files.isExecutable(file)) {
                throw new LaunchException("the command '" + name + "' cannot be run: the file " + file
                        + " is not executable; make it so with chmod +x");
            }
            return file.toString();
        }
        String folders = path == null ? DEFAULT_PATH : path;
        String found = lookUp(name, folders);
        if (found == null) {
            throw new LaunchException("the command '" + name + "' does not exist; looked in the folders of PATH, "
                    + folders + "; correct the launcher's command, install it, or give its full path");
        }
        return found;
    }

    /** The full path of a program in one of the folders of {@code path}, or null. */
    static @Nullable String lookUp(String name, String path) {
        for (String folder : path.split(File.pathSeparator, -1)) {
            // An empty entry means the working directory.
            Path file = Path.of(folder.isEmpty() ? "." : folder).resolve(name).toAbsolutePath();
            if (!name.isEmpty() && Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file.toString();
            }
        }
        return null;
    }
}
