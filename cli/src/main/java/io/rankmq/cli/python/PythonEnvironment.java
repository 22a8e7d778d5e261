// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.python;

import io.rankmq.api.AbortSignal;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The virtual environment {@code .venv} at the top of a checkout, with the Python worker of that checkout in it. Made on first use, and
 * brought up to date when the worker's sources have changed. Two runs at once make it once: a file lock lets one wait for the other.
 */
public final class PythonEnvironment {
    private static final Duration MAKE = Duration.ofMinutes(2);
    private static final Duration INSTALL = Duration.ofMinutes(15);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

    private final Path home;
    private final Path environment;
    private final Path project;
    private final Path stamp;
    private final String base;

    /**
     * The environment of a checkout.
     *
     * @param home top of the checkout
     */
    public PythonEnvironment(Path home) {
        this(home, "python3");
    }

    PythonEnvironment(Path home, String base) {
        this.home = home;
        this.base = base;
        environment = home.resolve(".venv");
        project = home.resolve("worker").resolve("python");
        stamp = environment.resolve("rankmq.stamp");
    }

    /** Its interpreter, whether it is there or not. */
    public Path interpreter() {
        return environment.resolve("bin").resolve("python");
    }

    /** Whether it is there and up to date. */
    public boolean isReady() {
        try {
            return Files.isExecutable(interpreter())
                    && Files.exists(stamp)
                    && Files.readString(stamp).equals(SourceHash.of(project));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Makes it or brings it up to date, if it has to be.
     *
     * @param notes told what takes a while
     * @param abort ends it early
     * @return its interpreter
     * @throws PythonException if that fails
     */
    public Path prepare(Consumer<String> notes, AbortSignal abort) throws PythonException {
        if (isReady()) {
            return interpreter();
        }
        if (!Files.exists(project.resolve("pyproject.toml"))) {
            throw new PythonException("there is no Python worker in " + project
                    + "; name an interpreter that has it in launcher.python or RANKMQ_PYTHON");
        }
        Path lockFile = home.resolve("cli").resolve("target").resolve("rankmq-python.lock");
        try {
            Files.createDirectories(lockFile.getParent());
            try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = lock(channel, notes, abort)) {
                if (!isReady() && lock.isValid()) {
                    make(notes, abort);
                }
                return interpreter();
            }
        } catch (IOException e) {
            throw new PythonException("the Python environment " + environment + " cannot be made: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PythonException("the making of the Python environment was interrupted");
        }
    }

    private static FileLock lock(FileChannel channel, Consumer<String> notes, AbortSignal abort)
            throws IOException, InterruptedException, PythonException {
        FileLock lock = channel.tryLock();
        if (lock == null) {
            notes.accept("RankMQ: another run prepares Python, waiting for it…");
        }
        long deadline = System.nanoTime() + INSTALL.toNanos();
        while (lock == null) {
            if (abort.await(BETWEEN_TRIES) || System.nanoTime() - deadline > 0) {
                throw new PythonException("another run still prepares Python; wait for it, or end it");
            }
            lock = channel.tryLock();
        }
        return lock;
    }

    private void make(Consumer<String> notes, AbortSignal abort)
            throws IOException, PythonException, InterruptedException {
        long begun = System.nanoTime();
        boolean isNew = !Files.isExecutable(interpreter());
        notes.accept("RankMQ: preparing Python for the ranks in " + environment
                + (isNew ? " (first use, up to a minute)…" : " (the worker's sources have changed)…"));
        Files.deleteIfExists(stamp);
        String hash = SourceHash.of(project);
        Path log = home.resolve("cli").resolve("target").resolve("rankmq-python.log");
        if (isNew) {
            Step.run(List.of(base, "-m", "venv", environment.toString()), log, MAKE, abort, this::explainVenv);
        }
        List<String> install = new ArrayList<>(List.of(interpreter().toString(), "-m", "pip", "install"));
        install.addAll(List.of("--quiet", "--disable-pip-version-check", "--no-input", project.toString()));
        Step.run(install, log, INSTALL, abort, this::explainPip);
        Files.writeString(stamp, hash, StandardCharsets.UTF_8);
        notes.accept("RankMQ: Python is ready after " + (System.nanoTime() - begun) / 1_000_000_000L + " s.");
    }

    private String explainVenv(String output) {
        if (output.contains("ensurepip") || output.contains("No module named venv")) {
            return base
                    + " cannot make virtual environments; install its venv and pip (on Debian and Ubuntu: apt install"
                    + " python3-venv), or name an interpreter in launcher.python or RANKMQ_PYTHON";
        }
        return base + " -m venv failed: " + lastLine(output);
    }

    private String explainPip(String output) {
        if (output.contains("No module named pip")) {
            return "there is no pip in " + environment + "; remove that folder, install python3-venv and try again";
        }
        return "pip cannot install the Python worker: " + lastLine(output);
    }

    private static String lastLine(String output) {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        return lines.stream()
                .filter(line -> line.startsWith("ERROR"))
                .findFirst()
                .orElse(
                        lines.isEmpty()
                                ? "it says nothing"
                                : lines.get(lines.size() - 1).strip());
    }
}
