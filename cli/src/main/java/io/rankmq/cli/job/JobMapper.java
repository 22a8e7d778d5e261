// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.api.ComponentConfig;
import io.rankmq.cli.job.Job.Task;
import io.rankmq.data.HashKind;
import io.rankmq.parent.DataSettings;
import io.rankmq.parent.SessionLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Makes a job of a tree, or parts of a job of parts of a tree that have no faults. */
final class JobMapper {

    private JobMapper() {}

    static Job job(Path file, JsonNode root) {
        Path folder = Job.folderOf(file);
        List<Task> tasks = new ArrayList<>();
        root.path("tasks").forEach(task -> tasks.add(task(task)));
        return new Job(
                file,
                root.path("name").asText(),
                root.path("world_size").asInt(),
                root.path("executor").asText(),
                components(root.path("components")),
                texts(root.path("allow")),
                root.path("launcher").path("type").asText(),
                launcherSettings(root),
                components(root.path("handlers")),
                List.copyOf(tasks),
                root.path("max_restarts").asInt(0),
                limits(root.path("limits")),
                data(root.path("data")),
                paths(folder, root.path("classpath")));
    }

    /**
     * The launcher's own keys; the job's class path and Python path come before the launcher's. Not so if somebody else starts the ranks, and with what they
     * need: then the job's are those of the parent's handlers.
     */
    static Map<String, Object> launcherSettings(JsonNode root) {
        Map<String, Object> settings = Values.plainMap(root.path("launcher"));
        if ("external".equals(settings.remove("type"))) {
            return settings;
        }
        for (String shared : List.of("classpath", "python_path")) {
            List<Object> all = new ArrayList<>(texts(root.path(shared)));
            if (!all.isEmpty()) {
                if (settings.get(shared) instanceof List<?> own) {
                    all.addAll(own);
                }
                settings.put(shared, all);
            }
        }
        return settings;
    }

    static List<ComponentConfig> components(JsonNode list) {
        List<ComponentConfig> components = new ArrayList<>();
        list.forEach(component -> components.add(new ComponentConfig(
                component.path("id").asText(),
                paths(component.path("path")),
                Values.plainMap(component.path("args")))));
        return List.copyOf(components);
    }

    /**
     * The session's limits.
     *
     * @throws IllegalArgumentException if they do not fit each other; the message begins with a key
     */
    static SessionLimits limits(JsonNode limits) {
        SessionLimits standard = SessionLimits.DEFAULT;
        return new SessionLimits(
                duration(limits, "heartbeat", standard.heartbeat()),
                duration(limits, "lease", standard.lease()),
                duration(limits, "join_timeout", standard.joinTimeout()),
                duration(limits, "initialize_timeout", standard.initializeTimeout()),
                duration(limits, "relay_timeout", standard.relayTimeout()),
                duration(limits, "task_timeout", standard.taskTimeout()),
                duration(limits, "abort_grace", standard.abortGrace()),
                duration(limits, "close_grace", standard.closeGrace()),
                duration(limits, "kill_grace", standard.killGrace()),
                limits.path("event_window").asInt(standard.eventWindow()));
    }

    /**
     * How large values travel.
     *
     * @throws IllegalArgumentException if that cannot be; the message begins with the path of a key
     */
    static DataSettings data(JsonNode data) {
        DataSettings standard = DataSettings.DEFAULT;
        HashKind digest =
                HashKind.ofWireName(data.path("digest").asText(standard.digest().wireName()));
        return new DataSettings(
                data.path("shared_memory").asText(standard.sharedMemory()),
                data.path("inline_limit").asInt(standard.inlineLimit()),
                data.path("chunk").asInt(standard.chunk()),
                digest == null ? standard.digest() : digest);
    }

    static List<Path> paths(Path folder, JsonNode list) {
        return texts(list).stream()
                .map(text -> folder.resolve(text).normalize())
                .toList();
    }

    private static Task task(JsonNode task) {
        JsonNode timeout = task.path("timeout");
        JsonNode aggregate = task.path("aggregate");
        return new Task(
                task.path("name").asText(),
                task.path("rounds").asInt(1),
                task.path("reply").asText(Task.RANK0),
                timeout.isMissingNode() ? null : Durations.parse(timeout.asText()),
                Values.plainMap(task.path("data")),
                aggregate.isMissingNode() ? null : aggregate.asText());
    }

    private static Map<String, String> paths(JsonNode path) {
        if (path.isTextual()) {
            return Map.of(ComponentConfig.ANY_LANGUAGE, path.asText());
        }
        Map<String, String> paths = new LinkedHashMap<>();
        path.properties()
                .forEach(entry -> paths.put(entry.getKey(), entry.getValue().asText()));
        return paths;
    }

    private static Duration duration(JsonNode limits, String name, Duration otherwise) {
        JsonNode value = limits.path(name);
        return value.isMissingNode() ? otherwise : Durations.parse(value.asText());
    }

    private static List<String> texts(JsonNode list) {
        List<String> texts = new ArrayList<>();
        list.forEach(text -> texts.add(text.asText()));
        return List.copyOf(texts);
    }
}
