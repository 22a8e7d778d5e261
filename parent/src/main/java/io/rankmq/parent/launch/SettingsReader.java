// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.component.NearestName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one map of settings; every fault is an IllegalArgumentException that begins with the key. */
final class SettingsReader {
    static final String DEFAULT_DEVICE_VARIABLE = "CUDA_VISIBLE_DEVICES";

    private final String prefix;
    private final Map<?, ?> values;

    /**
     * Refuses keys that are not known.
     *
     * @param prefix put before each key in a fault, such as {@code groups[0].}
     */
    SettingsReader(String prefix, Map<?, ?> values, Set<String> known) {
        this.prefix = prefix;
        this.values = values;
        for (Object key : values.keySet()) {
            if (!known.contains(String.valueOf(key))) {
                throw fault(String.valueOf(key), "unknown setting" + NearestName.hint(String.valueOf(key), known));
            }
        }
    }

    /** All of both. */
    static Set<String> keys(Set<String> some, Set<String> more) {
        Set<String> all = new LinkedHashSet<>(some);
        all.addAll(more);
        return all;
    }

    boolean has(String key) {
        return values.get(key) != null;
    }

    /** A text, or null if the key is absent. */
    @Nullable
    String text(String key) {
        Object value = values.get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof String text) || text.isBlank()) {
            throw given(key, value, "a text");
        }
        return text;
    }

    /** An integer, {@code standard} if the key is absent. */
    int integer(String key, int least, int most, int standard) {
        Object value = values.get(key);
        if (value == null) {
            return standard;
        }
        if (!(value instanceof Number number)
                || number.doubleValue() != number.intValue()
                || number.intValue() < least
                || number.intValue() > most) {
            throw given(key, value, "an integer from " + least + " to " + most);
        }
        return number.intValue();
    }

    /** Whether something is so; not if the key is absent. */
    boolean flag(String key) {
        Object value = values.get(key);
        if (value != null && !(value instanceof Boolean)) {
            throw given(key, value, "true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    /** Name of the variable that tells a rank its devices. */
    String deviceVariable() {
        String name = text("device_variable");
        if (name != null && !name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            throw given("device_variable", name, "the name of a variable");
        }
        return name == null ? DEFAULT_DEVICE_VARIABLE : name;
    }

    /** A list of anything, or one text with commas between; empty if the key is absent. */
    List<?> items(String key) {
        Object value = values.get(key);
        if (value instanceof String text) {
            return List.of(text.strip().split("\\s*,\\s*", -1));
        }
        if (value != null && !(value instanceof List<?>)) {
            throw given(key, value, "a list");
        }
        return value instanceof List<?> list ? list : List.of();
    }

    /** One of the constants, written in small letters, or null if the key is absent. */
    <E extends Enum<E>> @Nullable E choice(String key, Class<E> type) {
        String text = text(key);
        if (text == null) {
            return null;
        }
        List<String> known = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String name = constant.name().toLowerCase(Locale.ROOT);
            if (name.equals(text)) {
                return constant;
            }
            known.add(name);
        }
        throw given(key, text, "one of " + String.join(", ", known));
    }

    /** A list of words, or null if the key is absent. */
    @Nullable
    List<String> words(String key) {
        Object value = values.get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof List<?> list)) {
            throw given(key, value, "a list");
        }
        List<String> words = new ArrayList<>();
        for (Object item : list) {
            words.add(scalar(key, item));
        }
        return words;
    }

    /** A command: a list of words, or one text that is split as a shell does; null if the key is absent. */
    @Nullable
    List<String> command(String key) {
        if (!(values.get(key) instanceof String line)) {
            return words(key);
        }
        try {
            return ShellWords.split(line);
        } catch (IllegalArgumentException e) {
            throw fault(key, String.valueOf(e.getMessage()));
        }
    }

    /** A map of variables; empty if the key is absent. */
    Map<String, String> variables(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw given(key, value, "a map from names to values");
        }
        Map<String, String> variables = new LinkedHashMap<>();
        map.forEach((name, item) -> variables.put(String.valueOf(name), scalar(key + "." + name, item)));
        return variables;
    }

    /** A list of maps; empty if the key is absent. */
    List<Map<?, ?>> maps(String key) {
        Object value = values.get(key);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> list)) {
            throw given(key, value, "a list");
        }
        List<Map<?, ?>> maps = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof Map<?, ?> map)) {
                throw given(key + "[" + maps.size() + "]", item, "a map");
            }
            maps.add(map);
        }
        return maps;
    }

    /** A set of ranks. */
    NavigableSet<Integer> ranks(String key) {
        Object value = values.get(key);
        if (value == null) {
            throw fault(key, "it is missing; name the ranks, such as 0-1");
        }
        try {
            return RankRanges.parse(value);
        } catch (IllegalArgumentException e) {
            throw fault(key, String.valueOf(e.getMessage()));
        }
    }

    IllegalArgumentException fault(String key, String sentence) {
        return new IllegalArgumentException(prefix + key + ": " + sentence);
    }

    private String scalar(String key, @Nullable Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return String.valueOf(value);
        }
        throw given(key, value, "a text or a number");
    }

    private IllegalArgumentException given(String key, @Nullable Object value, String expected) {
        return fault(key, "'" + value + "' was given, expected " + expected);
    }
}
