// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.component.AllowList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Whether the allow-list covers every component and handler, those nested in arguments included. */
final class AllowCheck {
    private final JobDocument document;

    AllowCheck(JobDocument document) {
        this.document = document;
    }

    void check() {
        AllowList allowed = AllowList.of(entries());
        for (String section : List.of("components", "handlers")) {
            int index = 0;
            for (JsonNode component : document.root().path(section)) {
                String path = section + "." + index++;
                paths(allowed, component.path("path"), path + ".path");
                nested(allowed, component.path("args"), path + ".args");
            }
        }
    }

    /** The entries that are well formed; the others are faults. */
    private List<String> entries() {
        List<String> good = new ArrayList<>();
        int index = 0;
        for (JsonNode entry : document.root().path("allow")) {
            String path = "allow." + index++;
            if (entry.isTextual() && !entry.asText().isEmpty()) {
                try {
                    AllowList.of(List.of(entry.asText()));
                    good.add(entry.asText());
                } catch (IllegalArgumentException e) {
                    document.fault(
                            path,
                            "expected a package that ends in a dot (com.example.) or a full path"
                                    + " (com.example.Trainer), got " + Values.describe(entry));
                }
            }
        }
        return good;
    }

    private void nested(AllowList allowed, JsonNode value, String path) {
        if (value.isObject()) {
            boolean isComponent = value.has("path");
            if (isComponent) {
                paths(allowed, value.path("path"), path + ".path");
                unknownKeys(value, path);
            }
            for (Map.Entry<String, JsonNode> member : value.properties()) {
                nested(allowed, member.getValue(), JobDocument.child(path, member.getKey()));
            }
        } else if (value.isArray()) {
            int index = 0;
            for (JsonNode element : value) {
                nested(allowed, element, JobDocument.child(path, index++));
            }
        }
    }

    private void unknownKeys(JsonNode component, String path) {
        component.fieldNames().forEachRemaining(key -> {
            if (!key.equals("path") && !key.equals("args")) {
                document.faultOfKey(
                        JobDocument.child(path, key),
                        "unknown key '" + key
                                + "': a map with a path is a component, and has the keys path and args only");
            }
        });
    }

    private void paths(AllowList allowed, JsonNode path, String at) {
        if (path.isTextual()) {
            covered(allowed, path.asText(), at);
        } else {
            path.properties()
                    .forEach(language ->
                            covered(allowed, language.getValue().asText(), JobDocument.child(at, language.getKey())));
        }
    }

    private void covered(AllowList allowed, String path, String at) {
        if (!path.isEmpty() && !allowed.allows(path)) {
            document.fault(
                    at,
                    "'" + path + "' is not on the allow-list " + allowed
                            + "; add its package (ending in a dot) or its full path to 'allow', or correct the path");
        }
    }
}
