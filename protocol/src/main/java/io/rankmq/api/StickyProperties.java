// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sticky properties of one engine, and the maker of its contexts. Safe for use by many threads. */
public final class StickyProperties {
    private final Map<String, Context.Property> sticky = new LinkedHashMap<>();

    /** A context that starts with the sticky properties. */
    public Context newContext(Engine engine) {
        return newContext(engine, Map.of());
    }

    /** A context that starts with the sticky properties and then these; sticky ones among these are kept for later contexts too. */
    public synchronized Context newContext(Engine engine, Map<String, Context.Property> properties) {
        properties.forEach((name, property) -> {
            if (property.isSticky()) {
                sticky.put(name, property);
            }
        });
        Map<String, Context.Property> initial = new LinkedHashMap<>(sticky);
        initial.putAll(properties);
        return new Context(engine, initial, this::store);
    }

    private synchronized void store(String name, Context.@Nullable Property property) {
        if (property == null) {
            sticky.remove(name);
        } else {
            sticky.put(name, property);
        }
    }
}
