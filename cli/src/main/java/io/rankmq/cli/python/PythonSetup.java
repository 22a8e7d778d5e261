// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.python;

import io.rankmq.api.AbortSignal;
import io.rankmq.cli.job.Job;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** Finds out whether a job needs the Python of the checkout, and says to the launcher where it is. */
public final class PythonSetup {
    private static final String INTERPRETER_PROPERTY = "rankmq.python";
    private static final String INTERPRETER_VARIABLE = "RANKMQ_PYTHON";
    private static final String HOME_PROPERTY = "rankmq.home";

    private PythonSetup() {}

    /**
     * Prepares Python if a rank is a Python worker that names no interpreter, none is named for all jobs, and this runs from a checkout.
     *
     * @param notes told what takes a while
     * @param abort ends it early
     * @throws PythonException if that fails
     */
    public static void prepare(Job job, Consumer<String> notes, AbortSignal abort) throws PythonException {
        String home = System.getProperty(HOME_PROPERTY);
        boolean isNamed = System.getProperty(INTERPRETER_PROPERTY) != null
                || !System.getenv().getOrDefault(INTERPRETER_VARIABLE, "").isEmpty();
        if (home != null && !isNamed && needsPython(job.launcher())) {
            Path interpreter = new PythonEnvironment(Path.of(home)).prepare(notes, abort);
            System.setProperty(INTERPRETER_PROPERTY, interpreter.toString());
        }
    }

    /** Whether the launcher's settings, or those of a group of ranks in it, ask for Python without saying which. */
    static boolean needsPython(Map<?, ?> settings) {
        boolean isNamed = settings.containsKey("python") || settings.containsKey("command");
        if ("python".equals(settings.get("worker")) && !isNamed) {
            return true;
        }
        return settings.get("groups") instanceof Iterable<?> groups && needsPython(groups, settings);
    }

    private static boolean needsPython(Iterable<?> groups, Map<?, ?> around) {
        for (Object group : groups) {
            if (group instanceof Map<?, ?> map && !around.containsKey("python") && needsPython(map)) {
                return true;
            }
        }
        return false;
    }
}
