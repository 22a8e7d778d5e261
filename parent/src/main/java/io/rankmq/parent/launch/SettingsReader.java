// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.component.NearestName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one map of settings. What is wrong is kept, each as a sentence that begins with the key, and read as if it were absent; {@link #check}
 * tells all of it at the end.
 */
final class SettingsReader {
    static final String DEFAULT_DEVICE_VARIABLE = "CUDA_VISIBLE_DEVICES";

    private final String prefix;
    private final Map<?, ?> values;
    private final List<String> faults;

    /** Keys that are not known are faults. */
    SettingsReader(Map<?, ?> values, Set<String> known) {
        this("", values, known, new ArrayList<>());
    }

    private SettingsReader(String prefix, Map<?, ?> values, Set<String> known, List<String> faults) {
        this.prefix = prefix;
        this.values = values;
        this.faults = faults;
        for (Object key : values.keySet()) {
            if (!known.contains(String.valueOf(key))) {
                fault(String.valueOf(key), "unknown setting" + NearestName.hint(String.valueOf(key), known));
            }
        }
    }

    /** For a map in this one, whose faults are faults of this one; {@code path} is that of the map, such as {@code groups[0]}. */
    SettingsReader inside(String path, Map<?, ?> map, Set<String> known) {
        return new SettingsReader(prefix + path + ".", map, known, faults);
    }

    /** @throws SettingsException if anything was wrong */
    void check() {
        if (!faults.isEmpty()) {
            throw new SettingsException(faults);
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
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        if (value != null) {
            given(key, value, "a text");
        }
        return null;
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
            given(key, value, "an integer from " + least + " to " + most);
            return standard;
        }
        return number.intValue();
    }

    /** Whether something is so; not if the key is absent. */
    boolean flag(String key) {
        Object value = values.get(key);
        if (value != null && !(value instanceof Boolean)) {
            given(key, value, "true or false");
        }
        return Boolean.TRUE.equals(value);
    }

    /** Name of the variable that tells a rank its devices. */
    String deviceVariable() {
        String name = text("device_variable");
        if (name != null && !name.matches("[A-Za-z_][A-Za-z0-9_]*")) {
            given("device_variable", name, "the name of a variable");
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
            given(key, value, "a list");
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
        given(key, text, "one of " + String.join(", ", known));
        return null;
    }

    /** A list of words, or null if the key is absent. */
    @Nullable
    List<String> words(String key) {
        Object value = values.get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof List<?> list)) {
            given(key, value, "a list");
            return null;
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
            fault(key, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** A map of variables; empty if the key is absent. */
    Map<String, String> variables(String key) {
        Object value = values.get(key);
        if (value == null) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            given(key, value, "a map from names to values");
            return Map.of();
        }
        Map<String, String> variables = new LinkedHashMap<>();
        map.forEach((name, item) -> variables.put(String.valueOf(name), scalar(key + "." + name, item)));
        return variables;
    }

    /** The maps of a list; none if the key is absent. */
    List<SettingsReader> maps(String key, Set<String> known) {
        List<SettingsReader> maps = new ArrayList<>();
        int number = 0;
        for (Object item : items(key)) {
            String path = key + "[" + number++ + "]";
            if (item instanceof Map<?, ?> map) {
                maps.add(inside(path, map, known));
            } else {
                given(path, item, "a map");
            }
        }
        return maps;
    }

    /** Of the map that this reads, such as {@code groups[0]}. */
    String path() {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }

    /** A set of ranks; empty if there is a fault. */
    NavigableSet<Integer> ranks(String key) {
        Object value = values.get(key);
        if (value == null) {
            fault(key, "it is missing; name the ranks, such as 0-1");
            return Collections.emptyNavigableSet();
        }
        try {
            return RankRanges.parse(value);
        } catch (IllegalArgumentException e) {
            fault(key, String.valueOf(e.getMessage()));
            return Collections.emptyNavigableSet();
        }
    }

    /** Something is wrong. */
    void fault(String key, String sentence) {
        faults.add(prefix + key + ": " + sentence);
    }

    /** How many faults there were so far. */
    int faults() {
        return faults.size();
    }

    /** Does something whose IllegalArgumentException is a fault of that key. */
    void attempt(String key, Runnable making) {
        try {
            making.run();
        } catch (IllegalArgumentException e) {
            fault(key, String.valueOf(e.getMessage()));
        }
    }

    private String scalar(String key, @Nullable Object value) {
        if (value instanceof String || value instanceof Number || value instanceof Boolean) {
            return String.valueOf(value);
        }
        given(key, value, "a text or a number");
        return "?";
    }

    private void given(String key, @Nullable Object value, String expected) {
        fault(key, "'" + value + "' was given, expected " + expected);
    }
}
