// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Makes a tree of a composed YAML node, and notes where every part of it came from. What JSON cannot hold is a fault. */
final class NodeConverter {
    /** Values after the aliases are expanded: what an alias bomb multiplies. */
    static final int MAX_VALUES = 100_000;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final Map<String, Origin> keys = new HashMap<>();
    private final Map<String, Origin> values = new HashMap<>();
    private final List<Fault> faults = new ArrayList<>();
    private final Set<Node> around = Collections.newSetFromMap(new IdentityHashMap<>());
    private int count;

    /** The tree; the faults are in {@link #faults}. */
    JsonNode convert(Node root) {
        return convert(root, "");
    }

    Map<String, Origin> keys() {
        return keys;
    }

    Map<String, Origin> values() {
        return values;
    }

    List<Fault> faults() {
        return faults;
    }

    private JsonNode convert(Node node, String path) {
        values.put(path, origin(node));
        if (++count > MAX_VALUES) {
            if (count == MAX_VALUES + 1) {
                fault(node, path, "the file has more than " + MAX_VALUES + " values once its aliases are expanded");
            }
            return JSON.nullNode();
        }
        if (!around.add(node)) {
            fault(node, path, "this alias stands for a value that it is part of");
            return JSON.nullNode();
        }
        try {
            return switch (node.getNodeType()) {
                case SCALAR -> scalar((ScalarNode) node, path);
                case SEQUENCE -> list((SequenceNode) node, path);
                case MAPPING -> map((MappingNode) node, path);
                case ANCHOR -> throw new IllegalStateException("an anchor is no value");
            };
        } finally {
            around.remove(node);
        }
    }

    private JsonNode list(SequenceNode node, String path) {
        expectTag(node, Tag.SEQ, path);
        ArrayNode list = JSON.arrayNode();
        for (Node element : node.getValue()) {
            list.add(convert(element, JobDocument.child(path, list.size())));
        }
        return list;
    }

    private JsonNode map(MappingNode node, String path) {
        expectTag(node, Tag.MAP, path);
        ObjectNode map = JSON.objectNode();
        for (NodeTuple tuple : node.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                fault(tuple.getKeyNode(), path, "a list or a map cannot be a key, expected text");
                continue;
            }
            String key = keyNode.getValue();
            String child = JobDocument.child(path, key);
            if (map.has(key)) {
                Origin first = keys.getOrDefault(child, Origin.FILE);
                fault(
                        keyNode,
                        child,
                        "the key '" + key + "' is there twice; it is on line " + first.line() + " already");
            } else {
                keys.put(child, origin(keyNode));
                map.set(key, convert(tuple.getValueNode(), child));
            }
        }
        return map;
    }

    private JsonNode scalar(ScalarNode node, String path) {
        String text = node.getValue();
        Tag tag = node.getTag();
        try {
            if (tag.equals(Tag.STR)) {
                return JSON.textNode(text);
            } else if (tag.equals(Tag.NULL)) {
                return JSON.nullNode();
            } else if (tag.equals(Tag.BOOL) && List.of("true", "false").contains(text.toLowerCase(Locale.ROOT))) {
                return JSON.booleanNode(text.equalsIgnoreCase("true"));
            } else if (tag.equals(Tag.INT)) {
                return JSON.numberNode(integer(text));
            } else if (tag.equals(Tag.FLOAT)) {
                return JSON.numberNode(number(text));
            }
        } catch (NumberFormatException e) {
            fault(node, path, "'" + text + "' is no number that fits into 64 bits");
            return JSON.nullNode();
        }
        fault(node, path, "the tag " + tag.getValue() + " is not supported, expected a plain value");
        return JSON.nullNode();
    }

    private void expectTag(Node node, Tag tag, String path) {
        if (!node.getTag().equals(tag)) {
            fault(node, path, "the tag " + node.getTag().getValue() + " is not supported, expected a plain value");
        }
    }

    private static long integer(String text) {
        if (text.startsWith("0x")) {
            return Long.parseLong(text.substring(2), 16);
        }
        return text.startsWith("0o") ? Long.parseLong(text.substring(2), 8) : Long.parseLong(text);
    }

    private static double number(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
            case "-.inf" -> Double.NEGATIVE_INFINITY;
            case ".nan" -> Double.NaN;
            default -> Double.parseDouble(text);
        };
    }

    private void fault(Node node, String path, String message) {
        faults.add(new Fault(origin(node), path, message));
    }

    private static Origin origin(Node node) {
        return node.getStartMark()
                .map(mark -> Origin.at(mark.getLine() + 1, mark.getColumn() + 1))
                .orElse(Origin.FILE);
    }
}
