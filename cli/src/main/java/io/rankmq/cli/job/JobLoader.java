// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads job files. */
public final class JobLoader {

    private JobLoader() {}

    /**
     * Reads a job file, puts the options into it, and checks all of it. Nothing is started and none of the job's code is run.
     *
     * @param file the job file
     * @param sets what follows each {@code --set}, in order
     * @param worldSize what follows {@code --world-size}; null: the file says it
     * @return the job
     * @throws JobFileException with everything that is wrong
     */
    public static Job load(Path file, List<String> sets, @Nullable Integer worldSize) throws JobFileException {
        String shown = file.toString();
        JobDocument document = new DocumentReader(shown).read(file);
        Overrides overrides = new Overrides(document);
        sets.forEach(overrides::set);
        if (worldSize != null) {
            overrides.set(
                    "world_size",
                    JsonNodeFactory.instance.numberNode(worldSize.longValue()),
                    Origin.ofOption("--world-size " + worldSize));
        }
        SchemaCheck.check(document);
        new MeaningCheck(document, Job.folderOf(file)).check();
        if (!document.faults().isEmpty()) {
            throw new JobFileException(shown, document.faults());
        }
        return JobMapper.job(file, document.root());
    }
}
