// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The JSON form of values in which no two values look the same; README.md beside the vectors explains it. */
final class Tagged {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int LONG = 256;

    private Tagged() {}

    /** Header fields: JSON as it comes. */
    static JsonNode plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            ObjectNode node = JSON.objectNode();
            map.forEach((key, element) -> node.set(String.valueOf(key), plain(element)));
            return node;
        } else if (value instanceof List<?> list) {
            ArrayNode node = JSON.arrayNode();
            list.forEach(element -> node.add(plain(element)));
            return node;
        } else if (value instanceof Number number) {
            return JSON.numberNode(number.longValue());
        } else if (value instanceof Boolean bool) {
            return JSON.booleanNode(bool);
        }
        return JSON.textNode(String.valueOf(value));
    }

    /** A body by the names of its parts. */
    static ObjectNode body(Map<String, @Nullable Object> body) {
        ObjectNode node = JSON.objectNode();
        body.forEach((name, part) -> node.set(name, part(name, part)));
        return node;
    }

    private static JsonNode part(String name, @Nullable Object part) {
        return switch (name) {
            case "shareable" -> each(part, (key, group) -> each(group, (k, v) -> value(v)));
            case "context" -> context(part);
            case "changes" -> each(part, (key, side) -> key.equals("set") ? context(side) : plain(side));
            case "components" -> components(part);
            default -> plain(part);
        };
    }

    private static JsonNode components(@Nullable Object components) {
        ArrayNode node = JSON.arrayNode();
        if (components instanceof List<?> list) {
            list.forEach(one ->
                    node.add(each(one, (key, v) -> key.equals("args") ? each(v, (k, a) -> value(a)) : plain(v))));
        }
        return node;
    }

    private static JsonNode context(@Nullable Object context) {
        return each(context, (name, property) -> {
            Packer.P p = (Packer.P) Objects.requireNonNull(property);
            ObjectNode node = JSON.objectNode();
            node.set("value", value(p.value()));
            return node.put("private", p.isPrivate()).put("sticky", p.isSticky());
        });
    }

    static JsonNode value(@Nullable Object value) {
        if (value == null) {
            return JSON.nullNode();
        } else if (value instanceof Boolean bool) {
            return JSON.booleanNode(bool);
        } else if (value instanceof String text) {
            return text.length() < LONG
                    ? JSON.textNode(text)
                    : JSON.objectNode().set("str", Hex.write(text.getBytes(StandardCharsets.UTF_8)));
        } else if (value instanceof Double number) {
            return JSON.objectNode().put("float", HexFormat.of().toHexDigits(Double.doubleToRawLongBits(number)));
        } else if (value instanceof Number number) {
            return JSON.objectNode().put("int", Long.toString(number.longValue()));
        } else if (value instanceof byte[] bytes) {
            return JSON.objectNode().set("bin", Hex.write(bytes));
        } else if (value instanceof List<?> list) {
            ArrayNode node = JSON.arrayNode();
            list.forEach(element -> node.add(value(element)));
            return node;
        } else if (value instanceof Map<?, ?> map) {
            return JSON.objectNode().set("map", each(map, (key, element) -> value(element)));
        }
        return tensor((Packer.T) value);
    }

    private static JsonNode tensor(Packer.T tensor) {
        ObjectNode inner = JSON.objectNode().put("dtype", tensor.dtype());
        inner.set("shape", plain(tensor.shape()));
        inner.put("order", tensor.order()).set("data", Hex.write(tensor.data()));
        return JSON.objectNode().set("tensor", inner);
    }

    private interface Write {
        JsonNode write(String key, @Nullable Object value);
    }

    private static ObjectNode each(@Nullable Object map, Write write) {
        ObjectNode node = JSON.objectNode();
        if (map instanceof Map<?, ?> entries) {
            entries.forEach((key, value) -> node.set(String.valueOf(key), write.write(String.valueOf(key), value)));
        }
        return node;
    }
}
