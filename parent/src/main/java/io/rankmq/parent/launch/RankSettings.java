// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a rank is started.
 *
 * @param worker what is appended to the command
 * @param command the command's own words; null: the worker's default
 * @param jvmArgs arguments of a Java worker's JVM; null: the defaults, unless there is a command of one's own
 * @param classpath added to a Java worker's class path
 * @param python interpreter of a Python worker; null: looked up
 * @param pythonPath put before PYTHONPATH
 * @param env variables, over the inherited ones
 */
record RankSettings(
        Worker worker,
        @Nullable List<String> command,
        @Nullable List<String> jvmArgs,
        List<Path> classpath,
        @Nullable String python,
        List<Path> pythonPath,
        Map<String, String> env) {

    /** Which of our workers the command ends in. */
    enum Worker {
        JAVA,
        PYTHON,
        NONE
    }

    /** Set for each rank; a user's value would make a rank someone else. */
    static final Set<String> OWN_VARIABLES = Set.of(
            "RANK",
            "LOCAL_RANK",
            "WORLD_SIZE",
            "LOCAL_WORLD_SIZE",
            "GROUP_RANK",
            RankCommand.BOOTSTRAP_VARIABLE,
            RankCommand.SESSION_VARIABLE,
            "RANKMQ_AGENT");

    RankSettings {
        command = command == null ? null : List.copyOf(command);
        jvmArgs = jvmArgs == null ? null : List.copyOf(jvmArgs);
        classpath = List.copyOf(classpath);
        pythonPath = List.copyOf(pythonPath);
        env = Map.copyOf(env);
        for (String name : env.keySet()) {
            require("env", faultOfVariable(name));
        }
        require("command", faultOfCommand(worker, command));
    }

    private static void require(String key, @Nullable String fault) {
        if (fault != null) {
            throw new IllegalArgumentException(key + ": " + fault);
        }
    }

    /** Why no variable of that name can be set for ranks, or null. */
    static @Nullable String faultOfVariable(String name) {
        if (OWN_VARIABLES.contains(name)) {
            return name + " is set by the launcher for each rank; remove it";
        }
        return name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0
                ? "'" + name + "' cannot be the name of a variable"
                : null;
    }

    /** Why ranks cannot be started so, or null. */
    static @Nullable String faultOfCommand(Worker worker, @Nullable List<String> command) {
        if (command == null) {
            return worker == Worker.NONE
                    ? "it is missing, and 'worker: none' has no default; give the command that starts a rank"
                    : null;
        }
        return command.isEmpty() || command.get(0).isEmpty()
                ? "it is empty; give at least the name of a program"
                : null;
    }

    static RankSettings of(Worker worker, @Nullable List<String> command) {
        return new RankSettings(worker, command, null, List.of(), null, List.of(), Map.of());
    }

    RankSettings withEnv(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(env);
        all.putAll(more);
        return new RankSettings(worker, command, jvmArgs, classpath, python, pythonPath, all);
    }

    RankSettings withClasspath(List<Path> more) {
        return new RankSettings(worker, command, jvmArgs, joined(classpath, more), python, pythonPath, env);
    }

    RankSettings withPythonPath(List<Path> more) {
        return new RankSettings(worker, command, jvmArgs, classpath, python, joined(pythonPath, more), env);
    }

    RankSettings withJvmArgs(List<String> args) {
        return new RankSettings(worker, command, args, classpath, python, pythonPath, env);
    }

    RankSettings withPython(String interpreter) {
        return new RankSettings(worker, command, jvmArgs, classpath, interpreter, pythonPath, env);
    }

    RankSettings withCommand(List<String> words) {
        return new RankSettings(worker, words, jvmArgs, classpath, python, pythonPath, env);
    }

    private static List<Path> joined(List<Path> first, List<Path> second) {
        List<Path> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }
}
