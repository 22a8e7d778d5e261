// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.api.ComponentConfig;
import io.rankmq.api.EventHandler;
import io.rankmq.component.ComponentBuilder;
import io.rankmq.parent.Aggregator;
import io.rankmq.parent.ReplyPolicy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** Whether the classes of the handlers are there and are what they are used as. Loads them, and runs no code of theirs. */
final class HandlerClasses implements AutoCloseable {
    private final JobDocument document;
    private final JobClasspath classpath;
    private final Map<String, Class<?>> found = new HashMap<>();

    HandlerClasses(JobDocument document, Path folder) {
        this.document = document;
        classpath = new JobClasspath(JobMapper.paths(folder, document.root().path("classpath")));
    }

    void checkAll() {
        int index = 0;
        for (JsonNode handler : document.root().path("handlers")) {
            String at = "handlers." + index++ + ".path";
            JsonNode path = handler.path("path");
            String name = path.isTextual()
                    ? path.asText()
                    : path.path(ComponentBuilder.JAVA)
                            .asText(path.path(ComponentConfig.ANY_LANGUAGE).asText(""));
            if (!name.isEmpty()) {
                check(handler.path("id").asText(), name, at);
            } else if (path.isObject() && !path.isEmpty()) {
                document.fault(at, "handlers run in the parent, which is Java; give a path for the language 'java'");
            }
        }
    }

    private void check(String id, String name, String at) {
        try {
            Class<?> type = Class.forName(name, false, classpath.loader());
            found.put(id, type);
            boolean isUseful = Stream.of(EventHandler.class, Aggregator.class, ReplyPolicy.class)
                    .anyMatch(use -> use.isAssignableFrom(type));
            if (!isUseful) {
                document.fault(
                        at, "the class " + name + " is neither an EventHandler nor an Aggregator nor a ReplyPolicy");
            }
        } catch (ClassNotFoundException e) {
            document.fault(
                    at,
                    "there is no class " + name
                            + " on the class path; correct the path, or add its jar to 'classpath'");
        } catch (LinkageError e) {
            document.fault(at, "the class " + name + " cannot be loaded: " + e);
        }
    }

    void expectAggregator(String at, String id) {
        expect(at, id, Aggregator.class);
    }

    void expectReplyPolicy(String at, String id) {
        expect(at, id, ReplyPolicy.class);
    }

    private void expect(String at, String id, Class<?> use) {
        Class<?> type = found.get(id);
        if (type != null && !use.isAssignableFrom(type)) {
            document.fault(
                    at,
                    "the handler '" + id + "' cannot be used here: " + type.getName() + " is no "
                            + use.getSimpleName());
        }
    }

    @Override
    public void close() {
        try {
            classpath.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
