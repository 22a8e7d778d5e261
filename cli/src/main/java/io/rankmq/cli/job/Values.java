// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Values of a job: shown in sentences, and made plain Java values of. */
final class Values {
    private static final int SHOWN = 60;

    private Values() {}

    /** What a value is, for a sentence: {@code 'many'}, {@code 4}, {@code a list of 3}, {@code nothing}. */
    static String describe(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "'" + shorten(value.textValue()) + "'";
            case ARRAY -> value.isEmpty() ? "an empty list" : "a list of " + value.size();
            case OBJECT -> value.isEmpty() ? "an empty map" : "a map";
            case NULL, MISSING -> "nothing";
            default -> shorten(value.asText());
        };
    }

    /** The same value as null, Boolean, Long, Double, String, List and Map. */
    static @Nullable Object plain(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.textValue();
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.isIntegralNumber() ? (Object) value.longValue() : (Object) value.doubleValue();
            case ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                value.forEach(element -> list.add(plain(element)));
                yield list;
            }
            case OBJECT -> plainMap(value);
            default -> null;
        };
    }

    /** The members of a map as plain values; those that are null are left out. */
    static Map<String, Object> plainMap(JsonNode map) {
        Map<String, Object> plain = new LinkedHashMap<>();
        map.properties().forEach(member -> {
            Object value = plain(member.getValue());
            if (value != null) {
                plain.put(member.getKey(), value);
            }
        });
        return plain;
    }

    private static String shorten(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
