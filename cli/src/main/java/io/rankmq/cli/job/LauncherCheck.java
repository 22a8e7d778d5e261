// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.component.NearestName;
import io.rankmq.parent.launch.LauncherFactory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.ServiceLoader;

/** Lets the launcher's own factory judge the launcher's settings. */
final class LauncherCheck {
    private final JobDocument document;
    private final Path folder;

    LauncherCheck(JobDocument document, Path folder) {
        this.document = document;
        this.folder = folder;
    }

    void check() {
        JsonNode type = document.root().path("launcher").path("type");
        if (!type.isTextual() || type.asText().isEmpty()) {
            return;
        }
        Map<String, LauncherFactory> factories = factories();
        LauncherFactory factory = factories.get(type.asText());
        if (factory == null) {
            document.fault(
                    "launcher.type",
                    "there is no launcher of type '" + type.asText() + "'"
                            + NearestName.hint(type.asText(), factories.keySet()));
            return;
        }
        try {
            factory.create(JobMapper.launcherSettings(document.root()), folder);
        } catch (IllegalArgumentException e) {
            fault(String.valueOf(e.getMessage()));
        }
    }

    /** The sentence begins with the key, such as {@code command: it is empty}. */
    private void fault(String sentence) {
        int colon = sentence.indexOf(": ");
        if (colon > 0 && sentence.indexOf(' ') > colon) {
            document.fault("launcher." + sentence.substring(0, colon), sentence.substring(colon + 2));
        } else {
            document.fault("launcher", sentence);
        }
    }

    /** The factories on the class path, by type. */
    static Map<String, LauncherFactory> factories() {
        Map<String, LauncherFactory> byType = new LinkedHashMap<>();
        ServiceLoader.load(LauncherFactory.class).forEach(factory -> byType.put(factory.type(), factory));
        return byType;
    }
}
