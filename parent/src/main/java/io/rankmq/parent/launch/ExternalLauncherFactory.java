// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** Makes an {@link ExternalLauncher} from {@code launcher: {type: external, ...}}; docs/launchers.md lists the settings. */
public final class ExternalLauncherFactory implements LauncherFactory {
    private static final String BOOTSTRAP = "bootstrap";
    private static final String RELAY_OUTPUT = "relay_output";

    /** For {@link java.util.ServiceLoader}. */
    public ExternalLauncherFactory() {}

    @Override
    public String type() {
        return "external";
    }

    @Override
    public Launcher create(Map<String, Object> settings, Path baseDirectory) {
        SettingsReader reader = new SettingsReader("", settings, Set.of(BOOTSTRAP, RELAY_OUTPUT));
        String file = reader.text(BOOTSTRAP);
        if (file == null) {
            throw reader.fault(
                    BOOTSTRAP, "it is missing; name the file for the document by which ranks find the session");
        }
        try {
            return new ExternalLauncher(
                    baseDirectory.resolve(file), !reader.has(RELAY_OUTPUT) || reader.flag(RELAY_OUTPUT));
        } catch (InvalidPathException e) {
            throw reader.fault(BOOTSTRAP, "'" + file + "' is no path");
        }
    }
}
