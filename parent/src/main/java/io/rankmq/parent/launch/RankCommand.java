// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** From settings to the words and variables that a process is started with. */
final class RankCommand {
    static final String BOOTSTRAP_VARIABLE = "RANKMQ_BOOTSTRAP";
    static final String SESSION_VARIABLE = "RANKMQ_SESSION";
    static final String WORKER_CLASSPATH_PROPERTY = "rankmq.worker.classpath";
    static final String WORKER_ARCHIVE_PROPERTY = "rankmq.worker.cds";

    static final String JAVA_WORKER = "io.rankmq.worker.Main";
    static final String PYTHON_WORKER = "rankmq";
    private static final String PYTHON_PATH = "PYTHONPATH";

    /** Serial: several JVMs share one machine, and parallel collectors would start a thread a core each. No file for jps: it costs every start. */
    static final List<String> DEFAULT_JVM_ARGS = List.of("-XX:+UseSerialGC", "-XX:-UsePerfData");

    private final RankSettings settings;
    private final Path baseDirectory;

    RankCommand(RankSettings settings, Path baseDirectory) {
        this.settings = settings;
        this.baseDirectory = baseDirectory;
    }

    /**
     * The words, the first one a file that exists and can be run.
     *
     * @param environment what the process will see; its PATH is searched
     * @throws LaunchException if there is no such command, or an entry of the class path does not exist
     */
    List<String> words(Map<String, String> environment) throws LaunchException {
        List<String> words = new ArrayList<>();
        switch (settings.worker()) {
            case JAVA -> {
                List<String> own = settings.command();
                List<String> jvmArgs = settings.jvmArgs();
                words.addAll(own != null ? own : List.of(runningJava()));
                words.addAll(jvmArgs != null ? jvmArgs : own == null ? defaultJvmArgs() : List.of());
                words.addAll(List.of("-cp", classpath(), JAVA_WORKER));
            }
            case PYTHON -> {
                List<String> own = settings.command();
                words.addAll(own != null ? own : List.of(interpreter(environment)));
                words.addAll(List.of("-m", PYTHON_WORKER));
            }
            case NONE -> {
                List<String> own = settings.command();
                words.addAll(own != null ? own : List.of());
            }
        }
        words.set(0, Executables.find(words.get(0), environment.get("PATH"), baseDirectory));
        return words;
    }

    /** Adds the settings' variables to those of the rank. */
    void addTo(Map<String, String> environment) {
        environment.putAll(settings.env());
        if (!settings.pythonPath().isEmpty()) {
            String inherited = environment.getOrDefault(PYTHON_PATH, "");
            environment.put(
                    PYTHON_PATH,
                    Stream.concat(
                                    settings.pythonPath().stream()
                                            .map(baseDirectory::resolve)
                                            .map(Path::toString),
                                    Stream.of(inherited).filter(path -> !path.isEmpty()))
                            .collect(Collectors.joining(File.pathSeparator)));
        }
        if (settings.worker() == RankSettings.Worker.PYTHON) {
            // Python holds back output to a pipe until 8 KiB are there; a person watches.
            environment.putIfAbsent("PYTHONUNBUFFERED", "1");
        }
    }

    /** With the archive of the worker's classes, where the property names one; Java leaves one of another Java or other jars alone. */
    private static List<String> defaultJvmArgs() {
        List<String> all = new ArrayList<>(DEFAULT_JVM_ARGS);
        String archive = System.getProperty(WORKER_ARCHIVE_PROPERTY, "");
        if (!archive.isEmpty() && Files.isReadable(Path.of(archive))) {
            // It would say so on standard output.
            all.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
        }
        return all;
    }

    private static String runningJava() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    private String interpreter(Map<String, String> environment) {
        String own = settings.python();
        if (own != null) {
            return own;
        }
        String variable = environment.getOrDefault("RANKMQ_PYTHON", "");
        return variable.isEmpty() ? System.getProperty("rankmq.python", "python3") : variable;
    }

    private String classpath() throws LaunchException {
        List<String> entries = new ArrayList<>();
        String ours = System.getProperty(WORKER_CLASSPATH_PROPERTY, "");
        entries.add(ours.isEmpty() ? System.getProperty("java.class.path") : ours);
        for (Path entry : settings.classpath()) {
            Path full = baseDirectory.resolve(entry);
            Path named = full.endsWith("*") ? full.getParent() : full;
            if (named == null || !Files.exists(named)) {
                throw new LaunchException("classpath: " + full
                        + " does not exist; build it, or correct the entry (relative paths refer to " + baseDirectory
                        + ")");
            }
            entries.add(full.toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
