// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;

/** The worker in Python keeps the contract. Its interpreter is that of RANKMQ_PYTHON, else that of its development environment. */
class PythonWorkerTest extends WorkerContract {
    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path PYTHON_WORKER = MODULE.resolveSibling("python");

    private static Path interpreter() {
        String named = System.getenv("RANKMQ_PYTHON");
        return named == null || named.isEmpty() ? PYTHON_WORKER.resolve(".venv/bin/python") : Path.of(named);
    }

    @BeforeAll
    static void findTheInterpreter() {
        assumeTrue(
                Files.isExecutable(interpreter()),
                () -> "there is no " + interpreter()
                        + "; run scripts/test once, or set RANKMQ_PYTHON to an interpreter "
                        + "that has the packages of worker/python");
    }

    @Override
    List<String> command() {
        return List.of(interpreter().toString(), "-m", "rankmq");
    }

    @Override
    String language() {
        return "python";
    }

    @Override
    Map<String, String> environment() {
        String path = PYTHON_WORKER.resolve("src") + File.pathSeparator + MODULE.resolve("src/test/python");
        return Map.of("PYTHONPATH", path, "PYTHONDONTWRITEBYTECODE", "1");
    }
}
