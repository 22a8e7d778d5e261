// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one body. The fields are what its keys gave so far; a reader is used once. */
final class BodyReader {
    private static final int PRIVATE = 1;
    private static final int STICKY = 2;

    private final ValueReader in;
    private String executor = "";
    private List<ComponentConfig> components = List.of();
    private Map<String, Context.Property> context = Map.of();
    private @Nullable Shareable shareable;
    private Context.@Nullable Changes changes;

    private static final class ComponentParts {
        private final Map<String, String> paths = new LinkedHashMap<>();
        private String id = "";
        private Map<String, @Nullable Object> args = Map.of();
    }

    BodyReader(Body body) {
        in = new ValueReader(body, Limits.DEFAULT);
    }

    Bodies.InitializeBody initialize() throws ProtocolException {
        body(3, 3, Set.of("executor", "components", "context"));
        return new Bodies.InitializeBody(executor, components, context);
    }

    Bodies.TaskBody task() throws ProtocolException {
        body(2, 2, Set.of("shareable", "context"));
        return new Bodies.TaskBody(shareable == null ? new Shareable() : shareable, context);
    }

    Map<String, Context.Property> context() throws ProtocolException {
        body(1, 1, Set.of("context"));
        return context;
    }

    Bodies.ReplyBody reply() throws ProtocolException {
        body(0, 2, Set.of("shareable", "changes"));
        return new Bodies.ReplyBody(shareable, changes);
    }

    Context.Changes changesAlone() throws ProtocolException {
        body(1, 1, Set.of("changes"));
        return changes == null ? Context.Changes.NONE : changes;
    }

    private void body(int min, int max, Set<String> keys) throws ProtocolException {
        in.struct("body", min, max, key -> keys.contains(key) && readPart(key));
        in.expectEnd();
    }

    private boolean readPart(String key) throws ProtocolException {
        switch (key) {
            case "executor" -> executor = in.text();
            case "components" -> components = readComponents();
            case "context" -> context = readContext();
            case "shareable" -> shareable = readShareable();
            default -> changes = readChanges();
        }
        return true;
    }

    private Shareable readShareable() throws ProtocolException {
        Map<String, Map<String, @Nullable Object>> parts = new LinkedHashMap<>();
        in.struct("shareable", 2, 2, key -> {
            boolean isKnown = key.equals("headers") || key.equals("values");
            return isKnown && parts.put(key, in.map()) == null;
        });
        return new Shareable(parts.getOrDefault("headers", Map.of()), parts.getOrDefault("values", Map.of()));
    }

    private Map<String, Context.Property> readContext() throws ProtocolException {
        int entries = in.openMap();
        Map<String, Context.Property> properties = new LinkedHashMap<>();
        for (int i = 0; i < entries; i++) {
            String name = in.key();
            if (properties.containsKey(name)) {
                throw new ProtocolException(
                        ErrorCode.INVALID_VALUE, "the property '" + Text.head(name, 40) + "' is repeated");
            }
            properties.put(name, readProperty());
        }
        in.close();
        return properties;
    }

    private Context.Property readProperty() throws ProtocolException {
        if (in.openArray() != 2) {
            throw malformed("a property has a value and marks");
        }
        Object value = in.value();
        int marks = in.integer(0, PRIVATE + STICKY);
        in.close();
        return new Context.Property(value, (marks & PRIVATE) != 0, (marks & STICKY) != 0);
    }

    private Context.Changes readChanges() throws ProtocolException {
        Map<String, Context.Property> set = new LinkedHashMap<>();
        Set<String> removed = new LinkedHashSet<>();
        in.struct("changes", 2, 2, key -> {
            switch (key) {
                case "set" -> set.putAll(readContext());
                case "removed" -> {
                    int length = in.openArray();
                    for (int i = 0; i < length; i++) {
                        removed.add(in.text());
                    }
                    in.close();
                }
                default -> {
                    return false;
                }
            }
            return true;
        });
        return new Context.Changes(set, removed);
    }

    private List<ComponentConfig> readComponents() throws ProtocolException {
        int length = in.openArray();
        List<ComponentConfig> list = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            list.add(readComponent());
        }
        in.close();
        return list;
    }

    private ComponentConfig readComponent() throws ProtocolException {
        ComponentParts parts = new ComponentParts();
        in.struct("component", 3, 3, key -> {
            switch (key) {
                case "id" -> parts.id = in.text();
                case "path" -> readPaths(parts.paths);
                case "args" -> parts.args = in.map();
                default -> {
                    return false;
                }
            }
            return true;
        });
        return new ComponentConfig(parts.id, parts.paths, parts.args);
    }

    private void readPaths(Map<String, String> paths) throws ProtocolException {
        if (in.isText()) {
            paths.put(ComponentConfig.ANY_LANGUAGE, in.text());
            return;
        }
        int entries = in.openMap();
        for (int i = 0; i < entries; i++) {
            String language = in.key();
            if (paths.put(language, in.text()) != null) {
                throw new ProtocolException(
                        ErrorCode.INVALID_VALUE, "the language '" + Text.head(language, 40) + "' is repeated");
            }
        }
        in.close();
    }

    private static ProtocolException malformed(String what) {
        return new ProtocolException(ErrorCode.MALFORMED, what);
    }
}
