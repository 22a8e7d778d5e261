// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Reads YAML files other than jobs by their published schema, with the same sentences for faults. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /** What no schema can say about a file. */
    @FunctionalInterface
    public interface Meaning {
        /** Calls {@code fault} with the path (keys joined by dots) and a sentence for each fault; values may be of any type. */
        void check(ObjectNode root, BiConsumer<String, String> fault);
    }

    /**
     * Reads a file and checks it.
     *
     * @param file the file; null: an empty one
     * @param sets what follows each {@code --set}, in order
     * @param schema name of a schema in docs/
     * @param meaning what else must be true
     * @return the file's content with the options put into it
     * @throws JobFileException with everything that is wrong
     */
    public static ObjectNode load(@Nullable Path file, List<String> sets, String schema, Meaning meaning)
            throws JobFileException {
        String shown = file == null ? "options" : file.toString();
        JobDocument document = file == null
                ? new JobDocument(
                        JsonNodeFactory.instance.objectNode(), new HashMap<>(), new HashMap<>(), new ArrayList<>())
                : new DocumentReader(shown).read(file);
        Overrides overrides = new Overrides(document);
        sets.forEach(overrides::set);
        SchemaCheck.check(document, schema);
        meaning.check(document.root(), document::fault);
        if (!document.faults().isEmpty()) {
            throw new JobFileException(shown, document.faults());
        }
        return document.root();
    }
}
