// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.rankmq.parent.launch.LocalLauncher;
import java.nio.file.Files;
import java.nio.file.Path;

/** Python ranks that know the twin of {@link io.rankmq.parent.ranks.DataProbe}. */
final class PythonProbe {
    /** The component. */
    static final String PATH = "data_probe.DataProbe";

    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path WORKER = MODULE.resolveSibling("worker").resolve("python");

    private PythonProbe() {}

    static void assumeThere() {
        assumeTrue(
                Files.isExecutable(Path.of(interpreter())),
                "run scripts/test once, it makes the environment of Python");
    }

    static LocalLauncher launcher() {
        return LocalLauncher.python()
                .interpreter(interpreter())
                .pythonPath(WORKER.resolve("src"), MODULE.resolve("src/test/python"));
    }

    static String interpreter() {
        String named = System.getenv("RANKMQ_PYTHON");
        return named == null || named.isEmpty()
                ? WORKER.resolve(".venv/bin/python").toString()
                : named;
    }
}
