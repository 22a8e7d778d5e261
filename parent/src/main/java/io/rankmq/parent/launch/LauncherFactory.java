// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.nio.file.Path;
import java.util.Map;

/** Makes a launcher from the {@code launcher} section of a job file. Registered with {@link java.util.ServiceLoader}. */
public interface LauncherFactory {

    /** Value of {@code launcher.type} that names it. */
    String type();

    /**
     * Makes a launcher.
     *
     * @param settings the other keys of the section, with plain values; unknown keys must be refused
     * @param baseDirectory the job file's folder, to which relative paths refer
     * @throws SettingsException for wrong settings, with all that is wrong; who finds one fault at a time may throw an
     *     IllegalArgumentException with one sentence that begins with the key, as in {@code command: ...}
     */
    Launcher create(Map<String, Object> settings, Path baseDirectory);
}
