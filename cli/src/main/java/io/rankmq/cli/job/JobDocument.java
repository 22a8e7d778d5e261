// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/**
 * A job file as a tree, with the origin of every key and value in it, and the faults found so far. Paths are keys and list indexes
 * joined by dots.
 */
final class JobDocument {
    private final ObjectNode root;
    private final Map<String, Origin> keys;
    private final Map<String, Origin> values;
    private final List<Fault> faults;

    JobDocument(ObjectNode root, Map<String, Origin> keys, Map<String, Origin> values, List<Fault> faults) {
        this.root = root;
        this.keys = keys;
        this.values = values;
        this.faults = faults;
    }

    /** The tree itself, not a copy. */
    ObjectNode root() {
        return root;
    }

    /** The faults so far, not a copy. */
    List<Fault> faults() {
        return faults;
    }

    /** A fault of the value at that path. */
    void fault(String path, String message) {
        faults.add(new Fault(originOfValue(path), path, message));
    }

    /** A fault of the key at that path. */
    void faultOfKey(String path, String message) {
        Origin origin = keys.get(path);
        faults.add(new Fault(origin == null ? originOfValue(path) : origin, path, message));
    }

    /** The value at that path was given by an option. */
    void givenBy(String path, Origin option) {
        keys.put(path, option);
        values.put(path, option);
        String inside = path + ".";
        keys.keySet().removeIf(other -> other.startsWith(inside));
        values.keySet().removeIf(other -> other.startsWith(inside));
    }

    /** Where the value at that path begins; for a value that is not there, where the one around it does. */
    Origin originOfValue(String path) {
        for (String at = path; !at.isEmpty(); at = parent(at)) {
            Origin origin = values.get(at);
            if (origin != null) {
                return origin;
            }
        }
        return values.getOrDefault("", Origin.FILE);
    }

    static String child(String path, Object step) {
        return path.isEmpty() ? step.toString() : path + "." + step;
    }

    private static String parent(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('.')));
    }
}
