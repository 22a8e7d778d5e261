// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import io.rankmq.api.ComponentConfig;
import io.rankmq.protocol.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Finds the components that are nested in a component's arguments: every map with a key "path" is one. */
final class ConfigWalk {
    private static final String PATH = "path";
    private static final String ARGS = "args";
    private static final List<String> KEYS = List.of(PATH, ARGS);

    /** As deep as a value may be on the wire. */
    private static final int MAX_DEPTH = 64;

    private ConfigWalk() {}

    /** Shows the visitor the component and then every one nested in it, outermost first. */
    static void visit(ComponentConfig config, Consumer<ComponentConfig> visitor) {
        visit(config, visitor, 1);
    }

    /** Whether a value is a nested component. */
    static boolean isComponent(@Nullable Object value) {
        return value instanceof Map<?, ?> map && map.containsKey(PATH);
    }

    /**
     * The config of a nested component.
     *
     * @param id the outer component's id, a dot, and where in its arguments this one stands
     * @throws ComponentException with COMPONENT_FAILED if it is malformed
     */
    static ComponentConfig nested(String id, Map<?, ?> map) {
        for (Object key : map.keySet()) {
            if (!KEYS.contains(key)) {
                throw failed(id, "has the unknown key '" + key + "'" + NearestName.hint(String.valueOf(key), KEYS));
            }
        }
        Object args = map.get(ARGS);
        return new ComponentConfig(id, paths(id, map.get(PATH)), args == null ? Map.of() : textKeys(id, ARGS, args));
    }

    /** A copy of a map whose keys must be text. */
    static Map<String, Object> textKeys(String id, String name, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw failed(id, "needs a map as '" + name + "'");
        }
        Map<String, Object> copy = new LinkedHashMap<>();
        map.forEach((key, element) -> {
            if (!(key instanceof String text)) {
                throw failed(id, "has the key '" + key + "' in '" + name + "', which is not text");
            }
            copy.put(text, element);
        });
        return copy;
    }

    private static Map<String, String> paths(String id, @Nullable Object path) {
        if (path instanceof String text) {
            return Map.of(ComponentConfig.ANY_LANGUAGE, text);
        }
        Map<String, String> paths = new LinkedHashMap<>();
        if (path instanceof Map<?, ?> map) {
            map.forEach((language, text) -> {
                if (language instanceof String name && text instanceof String value) {
                    paths.put(name, value);
                }
            });
            if (!paths.isEmpty() && paths.size() == map.size()) {
                return paths;
            }
        }
        throw failed(id, "needs as 'path' a text or a map from language to text");
    }

    private static void visit(ComponentConfig config, Consumer<ComponentConfig> visitor, int depth) {
        visitor.accept(config);
        config.args().forEach((name, value) -> visitValue(config.id() + "." + name, value, visitor, depth + 1));
    }

    private static void visitValue(String where, @Nullable Object value, Consumer<ComponentConfig> visitor, int depth) {
        if (depth > MAX_DEPTH) {
            throw failed(where, "is nested more than " + MAX_DEPTH + " deep");
        }
        if (value instanceof Map<?, ?> map) {
            if (isComponent(map)) {
                visit(nested(where, map), visitor, depth + 1);
            } else {
                map.forEach((key, element) -> visitValue(where + "." + key, element, visitor, depth + 1));
            }
        } else if (value instanceof Iterable<?> list) {
            int index = 0;
            for (Object element : list) {
                visitValue(where + "." + index++, element, visitor, depth + 1);
            }
        }
    }

    private static ComponentException failed(String id, String what) {
        return new ComponentException(ErrorCode.COMPONENT_FAILED, "component '" + id + "' " + what);
    }
}
