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
        SettingsReader reader = new SettingsReader(settings, Set.of(BOOTSTRAP, RELAY_OUTPUT));
        if (!reader.has(BOOTSTRAP)) {
            reader.fault(BOOTSTRAP, "it is missing; name the file for the document by which ranks find the session");
        }
        Path document = document(reader, baseDirectory);
        boolean relaysOutput = !reader.has(RELAY_OUTPUT) || reader.flag(RELAY_OUTPUT);
        reader.check();
        return new ExternalLauncher(document, relaysOutput);
    }

    /** The job file's folder if there is a fault. */
    private static Path document(SettingsReader reader, Path baseDirectory) {
        String file = reader.text(BOOTSTRAP);
        try {
            return file == null ? baseDirectory : baseDirectory.resolve(file);
        } catch (InvalidPathException e) {
            reader.fault(BOOTSTRAP, "'" + file + "' is no path");
            return baseDirectory;
        }
    }
}
