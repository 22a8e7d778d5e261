// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.parent.launch.RankSettings.Worker;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes a {@link LocalLauncher} from {@code launcher: {type: local, ...}}; docs/launchers.md lists the settings. */
public final class LocalLauncherFactory implements LauncherFactory {
    private static final Set<String> RANK_KEYS =
            Set.of("worker", "command", "jvm_args", "classpath", "python", "python_path", "env");

    private enum Starts {
        RANK,
        ALL
    }

    /** For {@link java.util.ServiceLoader}. */
    public LocalLauncherFactory() {}

    @Override
    public String type() {
        return "local";
    }

    @Override
    public Launcher create(Map<String, Object> settings, Path baseDirectory) {
        SettingsReader reader = new SettingsReader("", settings, with("groups", "starts"));
        RankSettings defaults = rankSettings("", reader, null);
        boolean startsAll = reader.choice("starts", Starts.class) == Starts.ALL;
        if (startsAll && !reader.has("command")) {
            throw reader.fault(
                    "command",
                    "it is missing, and with 'starts: all' it must be given; name the command that"
                            + " starts all ranks, such as torchrun");
        }
        if (startsAll && reader.has("groups")) {
            throw reader.fault(
                    "groups", "with 'starts: all' one command starts all ranks alike; remove one of the two");
        }
        List<LocalLauncher.Group> groups = new ArrayList<>();
        for (Map<?, ?> map : reader.maps("groups")) {
            groups.add(group("groups[" + groups.size() + "].", map, defaults, groups));
        }
        return new LocalLauncher(defaults, groups, startsAll, baseDirectory);
    }

    private static LocalLauncher.Group group(
            String prefix, Map<?, ?> map, RankSettings defaults, List<LocalLauncher.Group> before) {
        SettingsReader reader = new SettingsReader(prefix, map, with("ranks"));
        NavigableSet<Integer> ranks = reader.ranks("ranks");
        for (LocalLauncher.Group other : before) {
            for (int rank : other.ranks()) {
                if (ranks.contains(rank)) {
                    throw reader.fault("ranks", "rank " + rank + " is in " + other.name() + " already; name it once");
                }
            }
        }
        return new LocalLauncher.Group(
                prefix.substring(0, prefix.length() - 1), ranks, rankSettings(prefix, reader, defaults));
    }

    /** Reads what may differ between ranks; what is absent comes from {@code defaults}. */
    private static RankSettings rankSettings(String prefix, SettingsReader reader, @Nullable RankSettings defaults) {
        RankSettings base = defaults == null ? RankSettings.of(Worker.JAVA, null) : defaults;
        Worker worker = reader.choice("worker", Worker.class);
        List<String> command = reader.command("command");
        if (worker == null) {
            worker = base.worker();
        }
        if (command == null && worker == base.worker()) {
            // A command for another worker would start the wrong thing.
            command = base.command();
        }
        if (reader.has("command") && reader.has("python")) {
            throw reader.fault("python", "it is not used beside a command; name the interpreter in the command");
        }
        List<String> jvmArgs = reader.words("jvm_args");
        String python = reader.text("python");
        try {
            return new RankSettings(
                            worker,
                            command,
                            jvmArgs != null ? jvmArgs : base.jvmArgs(),
                            base.classpath(),
                            python != null ? python : base.python(),
                            base.pythonPath(),
                            base.env())
                    .withClasspath(paths(reader, "classpath"))
                    .withPythonPath(paths(reader, "python_path"))
                    .withEnv(reader.variables("env"));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(prefix + e.getMessage(), e);
        }
    }

    private static List<Path> paths(SettingsReader reader, String key) {
        List<String> words = reader.words(key);
        List<Path> paths = new ArrayList<>();
        for (String word : words == null ? List.<String>of() : words) {
            try {
                paths.add(Path.of(word));
            } catch (InvalidPathException e) {
                throw reader.fault(key, "'" + word + "' is no path");
            }
        }
        return paths;
    }

    private static Set<String> with(String... more) {
        Set<String> keys = new LinkedHashSet<>(RANK_KEYS);
        keys.addAll(List.of(more));
        return keys;
    }
}
