// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The properties that travel with a call or an event. A property may be private (meant for this site) and sticky (seen by all later
 * contexts of the same engine); both marks travel. The context remembers what was changed in it, so that only changes travel back
 * and cannot undo what somebody else changed meanwhile. Safe for use by many threads.
 */
public final class Context {

    /** A mark of a property. */
    public enum Mark {
        /** Meant for this site only. */
        PRIVATE,
        /** Kept by the engine and seen by every later context. */
        STICKY
    }

    /** One property. */
    public record Property(@Nullable Object value, boolean isPrivate, boolean isSticky) {}

    /**
     * What was changed in a context.
     *
     * @param set properties with a new value or new marks
     * @param removed names of properties that are gone
     */
    public record Changes(Map<String, Property> set, Set<String> removed) {
        /** Nothing was changed. */
        public static final Changes NONE = new Changes(Map.of(), Set.of());
    }

    private final Engine engine;
    private final BiConsumer<String, @Nullable Property> stickyStore;
    private final Map<String, Property> properties = new LinkedHashMap<>();
    private final Set<String> changed = new LinkedHashSet<>();

    /**
     * For engines; users get contexts from {@link Engine#newContext()}.
     *
     * @param engine owner of this context
     * @param initial the properties to start with; not counted as changes
     * @param stickyStore told of every sticky property that is set, and (with null) of every sticky one that is removed
     */
    public Context(Engine engine, Map<String, Property> initial, BiConsumer<String, @Nullable Property> stickyStore) {
        this.engine = engine;
        this.stickyStore = stickyStore;
        properties.putAll(initial);
    }

    /** The engine that made this context; it never travels. */
    public Engine engine() {
        return engine;
    }

    /** The value of a property, or null if there is none. */
    public synchronized @Nullable Object get(String name) {
        Property property = properties.get(name);
        return property == null ? null : property.value();
    }

    /**
     * The value of a property as a type.
     *
     * @throws IllegalArgumentException if it is absent, null or of another type; the message names the property
     */
    public <T> T get(String name, Class<T> type) {
        Object value = get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("context property '" + name + "' is "
                    + (value == null ? "absent" : "of type " + value.getClass().getSimpleName()) + ", expected "
                    + type.getSimpleName());
        }
        return type.cast(value);
    }

    /** The property with its marks, or null. */
    public synchronized @Nullable Property property(String name) {
        return properties.get(name);
    }

    /** Sets a property with exactly these marks. Integers are read back as {@code Long} after they travelled. */
    public synchronized Context put(String name, @Nullable Object value, Mark... marks) {
        Set<Mark> set = Set.of(marks);
        store(name, new Property(value, set.contains(Mark.PRIVATE), set.contains(Mark.STICKY)));
        changed.add(name);
        return this;
    }

    /** Removes a property; nothing happens if there is none. */
    public synchronized Context remove(String name) {
        if (drop(name)) {
            changed.add(name);
        }
        return this;
    }

    /** A copy of all properties, in the order in which they were set. */
    public synchronized Map<String, Property> properties() {
        return new LinkedHashMap<>(properties);
    }

    /** What was changed since this context was made. */
    public synchronized Changes changes() {
        if (changed.isEmpty()) {
            return Changes.NONE;
        }
        Map<String, Property> set = new LinkedHashMap<>();
        Set<String> removed = new LinkedHashSet<>();
        for (String name : changed) {
            Property property = properties.get(name);
            if (property == null) {
                removed.add(name);
            } else {
                set.put(name, property);
            }
        }
        return new Changes(set, removed);
    }

    /** Takes over what the other side changed, marks included; it counts as a change here too. */
    public synchronized void apply(Changes changes) {
        changes.set().forEach((name, property) -> {
            store(name, property);
            changed.add(name);
        });
        remove(changes.removed());
    }

    private void remove(Collection<String> names) {
        names.forEach(this::remove);
    }

    private void store(String name, Property property) {
        Property before = properties.put(name, property);
        if (property.isSticky()) {
            stickyStore.accept(name, property);
        } else if (before != null && before.isSticky()) {
            stickyStore.accept(name, null);
        }
    }

    private boolean drop(String name) {
        Property before = properties.remove(name);
        if (before != null && before.isSticky()) {
            stickyStore.accept(name, null);
        }
        return before != null;
    }
}
