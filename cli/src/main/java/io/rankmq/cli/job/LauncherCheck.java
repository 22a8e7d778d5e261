// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.component.NearestName;
import io.rankmq.parent.launch.Launcher;
import io.rankmq.parent.launch.LauncherFactory;
import io.rankmq.parent.launch.SettingsException;
import java.nio.file.Path;
import java.util.Map;

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
        Map<String, LauncherFactory> factories = Launchers.byType();
        LauncherFactory factory = factories.get(type.asText());
        if (factory == null) {
            document.fault(
                    "launcher.type",
                    "there is no launcher of type '" + type.asText() + "'"
                            + NearestName.hint(type.asText(), factories.keySet()));
            return;
        }
        try {
            Launcher launcher = factory.create(JobMapper.launcherSettings(document.root()), folder);
            JsonNode worldSize = document.root().path("world_size");
            if (worldSize.isIntegralNumber() && worldSize.canConvertToInt() && worldSize.intValue() > 0) {
                launcher.checkWorldSize(worldSize.intValue());
            }
        } catch (SettingsException e) {
            e.faults().forEach(this::fault);
        } catch (IllegalArgumentException e) {
            fault(String.valueOf(e.getMessage()));
        }
    }

    /** The sentence begins with the key, such as {@code command: it is empty}. */
    private void fault(String sentence) {
        int colon = sentence.indexOf(": ");
        if (colon > 0 && sentence.indexOf(' ') > colon) {
            // groups[0].ranks, as the factory says it, is groups.0.ranks for --set.
            String key = sentence.substring(0, colon).replaceAll("\\[(\\d+)]", ".$1");
            document.fault("launcher." + key, sentence.substring(colon + 2));
        } else {
            document.fault("launcher", sentence);
        }
    }
}
