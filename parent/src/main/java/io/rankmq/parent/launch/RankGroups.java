// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.parent.launch.RankSettings.Worker;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How each rank is started.
 *
 * @param settings for ranks that are in no group
 * @param groups ranks that differ
 */
record RankGroups(RankSettings settings, List<Group> groups) {

    /** What may differ between ranks. */
    static final Set<String> RANK_KEYS =
            Set.of("worker", "command", "jvm_args", "classpath", "python", "python_path", "env");

    /** In place of a command in which there was a fault. */
    private static final List<String> WRONG = List.of("?");

    /** Ranks that differ from the others; {@code name} is for sentences. */
    record Group(String name, NavigableSet<Integer> ranks, RankSettings settings) {}

    RankGroups {
        groups = List.copyOf(groups);
    }

    /** Reads {@link #RANK_KEYS} and {@code groups}. */
    static RankGroups read(SettingsReader reader) {
        RankSettings defaults = settings(reader, null);
        List<Group> groups = new ArrayList<>();
        for (SettingsReader group : reader.maps("groups", SettingsReader.keys(RANK_KEYS, Set.of("ranks")))) {
            groups.add(group(group, defaults, groups));
        }
        return new RankGroups(defaults, groups);
    }

    /** The settings of one rank. */
    RankSettings of(int rank) {
        for (Group group : groups) {
            if (group.ranks().contains(rank)) {
                return group.settings();
            }
        }
        return settings;
    }

    /**
     * Looks whether all ranks that are named exist.
     *
     * @throws IllegalArgumentException if not; it begins with the group
     */
    void check(int worldSize) {
        for (Group group : groups) {
            if (group.ranks().last() >= worldSize) {
                throw new IllegalArgumentException(group.name() + ": there is no rank "
                        + group.ranks().last() + ", the world size is " + worldSize + "; correct one of the two");
            }
        }
    }

    private static Group group(SettingsReader reader, RankSettings defaults, List<Group> before) {
        NavigableSet<Integer> ranks = reader.ranks("ranks");
        for (Group other : before) {
            ranks.stream()
                    .filter(other.ranks()::contains)
                    .findFirst()
                    .ifPresent(rank -> reader.fault(
                            "ranks", "rank " + rank + " is in " + other.name() + " already; name it once"));
        }
        return new Group(reader.path(), ranks, settings(reader, defaults));
    }

    /** What is absent comes from {@code defaults}. */
    private static RankSettings settings(SettingsReader reader, @Nullable RankSettings defaults) {
        RankSettings base = defaults == null ? RankSettings.of(Worker.JAVA, null) : defaults;
        Worker chosen = reader.choice("worker", Worker.class);
        Worker worker = chosen == null ? base.worker() : chosen;
        if (reader.has("command") && reader.has("python")) {
            reader.fault("python", "it is not used beside a command; name the interpreter in the command");
        }
        List<String> jvmArgs = reader.words("jvm_args");
        String python = reader.text("python");
        return new RankSettings(
                        worker,
                        command(reader, worker, base),
                        jvmArgs != null ? jvmArgs : base.jvmArgs(),
                        base.classpath(),
                        python != null ? python : base.python(),
                        base.pythonPath(),
                        base.env())
                .withClasspath(paths(reader, "classpath"))
                .withPythonPath(paths(reader, "python_path"))
                .withEnv(variables(reader));
    }

    private static @Nullable List<String> command(SettingsReader reader, Worker worker, RankSettings base) {
        List<String> command = reader.command("command");
        if (command == null && reader.has("command")) {
            return WRONG;
        }
        if (command == null && worker == base.worker()) {
            // A command for another worker would start the wrong thing.
            command = base.command();
        }
        String fault = RankSettings.faultOfCommand(worker, command);
        if (fault == null) {
            return command;
        }
        reader.fault("command", fault);
        return WRONG;
    }

    private static Map<String, String> variables(SettingsReader reader) {
        Map<String, String> variables = new LinkedHashMap<>();
        reader.variables("env").forEach((name, value) -> {
            String fault = RankSettings.faultOfVariable(name);
            if (fault == null) {
                variables.put(name, value);
            } else {
                reader.fault("env", fault);
            }
        });
        return variables;
    }

    private static List<Path> paths(SettingsReader reader, String key) {
        List<String> words = reader.words(key);
        List<Path> paths = new ArrayList<>();
        for (String word : words == null ? List.<String>of() : words) {
            try {
                paths.add(Path.of(word));
            } catch (InvalidPathException e) {
                reader.fault(key, "'" + word + "' is no path");
            }
        }
        return paths;
    }
}
