// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.cli.job.Job.Task;
import io.rankmq.component.NearestName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What no schema can say: names that must be names of something, ids that must be unique, paths that must be there. Looks only at
 * values that have the right type, since the schema has told of the others already.
 */
final class MeaningCheck {
    private final JobDocument document;
    private final JsonNode root;
    private final Path folder;

    MeaningCheck(JobDocument document, Path folder) {
        this.document = document;
        this.root = document.root();
        this.folder = folder;
    }

    /** Adds the faults to the document. */
    void check() {
        uniqueIds();
        executor();
        new AllowCheck(document).check();
        files("classpath", "jar or folder", path -> Files.isDirectory(path) || Files.isRegularFile(path));
        files("python_path", "folder", Files::isDirectory);
        handlers();
        limits();
        new LauncherCheck(document, folder).check();
    }

    private void uniqueIds() {
        Map<String, String> places = new HashMap<>();
        for (String section : List.of("components", "handlers")) {
            int index = 0;
            for (JsonNode component : root.path(section)) {
                String place = section + "." + index++ + ".id";
                JsonNode id = component.path("id");
                String before = id.isTextual() ? places.putIfAbsent(id.asText(), place) : null;
                if (before != null) {
                    document.fault(
                            place, "the id '" + id.asText() + "' is taken, see " + before + "; ids must be unique");
                }
            }
        }
        int index = 0;
        for (JsonNode handler : root.path("handlers")) {
            String id = handler.path("id").asText();
            if (id.equals(Task.RANK0) || id.equals(Task.ALL)) {
                document.fault(
                        "handlers." + index + ".id", "'" + id + "' is a reply policy of its own; choose another id");
            }
            index++;
        }
    }

    private void executor() {
        JsonNode executor = root.path("executor");
        Set<String> known = ids("components");
        if (executor.isTextual() && !executor.asText().isEmpty() && !known.contains(executor.asText())) {
            document.fault(
                    "executor",
                    "no component has the id '" + executor.asText() + "'" + NearestName.hint(executor.asText(), known));
        }
    }

    private void handlers() {
        try (HandlerClasses classes = new HandlerClasses(document, folder)) {
            classes.checkAll();
            int index = 0;
            for (JsonNode task : root.path("tasks")) {
                String path = "tasks." + index++;
                String reply = task.path("reply").asText("");
                if (!reply.isEmpty() && !reply.equals(Task.RANK0) && !reply.equals(Task.ALL)) {
                    named(path + ".reply", reply, Set.of(Task.RANK0, Task.ALL));
                    classes.expectReplyPolicy(path + ".reply", reply);
                }
                String aggregate = task.path("aggregate").asText("");
                if (!aggregate.isEmpty()) {
                    named(path + ".aggregate", aggregate, Set.of());
                    classes.expectAggregator(path + ".aggregate", aggregate);
                }
            }
        }
    }

    private void named(String path, String id, Set<String> besides) {
        Set<String> known = ids("handlers");
        if (known.contains(id)) {
            return;
        }
        if (ids("components").contains(id)) {
            document.fault(path, "'" + id + "' is a component of the ranks, expected the id of a handler");
            return;
        }
        Set<String> all = new LinkedHashSet<>(known);
        all.addAll(besides);
        document.fault(path, "no handler has the id '" + id + "'" + NearestName.hint(id, all));
    }

    private interface Test {
        boolean holds(Path path);
    }

    private void files(String section, String what, Test test) {
        int index = 0;
        for (JsonNode entry : root.path(section)) {
            Path path = folder.resolve(entry.asText()).normalize();
            if (entry.isTextual() && !test.holds(path)) {
                document.fault(section + "." + index, "there is no " + what + " " + path);
            }
            index++;
        }
    }

    private void limits() {
        try {
            JobMapper.limits(root.path("limits"));
        } catch (IllegalArgumentException e) {
            String message = String.valueOf(e.getMessage());
            int colon = message.indexOf(": ");
            // A value that is no duration at all has been told by the schema.
            if (colon > 0 && root.path("limits").isObject() && !message.startsWith("expected")) {
                document.fault("limits." + message.substring(0, colon), message.substring(colon + 2));
            }
        }
    }

    private Set<String> ids(String section) {
        Set<String> ids = new LinkedHashSet<>();
        root.path(section).forEach(component -> ids.add(component.path("id").asText()));
        return ids;
    }
}
