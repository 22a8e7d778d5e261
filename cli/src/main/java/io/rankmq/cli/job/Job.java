// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import io.rankmq.api.ComponentConfig;
import io.rankmq.parent.DataSettings;
import io.rankmq.parent.SessionLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job without faults; docs/job-file.md tells what each part means.
 *
 * @param file where it was read from
 * @param name its name
 * @param worldSize number of ranks
 * @param executor id of the component that runs the tasks
 * @param components built in every rank, in this order
 * @param allow what may be built
 * @param launcherType type of the launcher
 * @param launcher the launcher's settings, class path and Python path of the job included
 * @param handlers built in the parent, in this order
 * @param tasks run one after another
 * @param maxRestarts how often the gang may be started again
 * @param limits times and sizes of the session
 * @param data how large values travel
 * @param classpath jars and folders for the handlers, absolute
 */
public record Job(
        Path file,
        String name,
        int worldSize,
        String executor,
        List<ComponentConfig> components,
        List<String> allow,
        String launcherType,
        Map<String, Object> launcher,
        List<ComponentConfig> handlers,
        List<Task> tasks,
        int maxRestarts,
        SessionLimits limits,
        DataSettings data,
        List<Path> classpath) {

    /**
     * One task of the job.
     *
     * @param name the name that the executor gets
     * @param rounds how often it is run, at least once
     * @param reply {@link #RANK0}, {@link #ALL}, or the id of a handler that is a reply policy
     * @param timeout for each round; null: the session's default
     * @param data values of the first round's shareable
     * @param aggregate id of the handler that makes the data of the next round; null: every round has the same data
     */
    public record Task(
            String name,
            int rounds,
            String reply,
            @Nullable Duration timeout,
            Map<String, Object> data,
            @Nullable String aggregate) {

        /** Value of {@code reply}: rank 0 alone. */
        public static final String RANK0 = "rank0";

        /** Value of {@code reply}: every rank. */
        public static final String ALL = "all";
    }

    /** The folder of the job file, to which its relative paths refer. */
    public Path folder() {
        return folderOf(file);
    }

    /** All rounds of all tasks. */
    public int totalRounds() {
        return tasks.stream().mapToInt(Task::rounds).sum();
    }

    static Path folderOf(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        return folder == null ? file.toAbsolutePath() : folder;
    }
}
