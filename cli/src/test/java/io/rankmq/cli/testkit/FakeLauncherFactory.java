// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.testkit;

import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.Launcher;
import io.rankmq.parent.launch.LauncherFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/** The launcher {@code fake}: knows the keys command, classpath and python_path, and can start nothing. */
public final class FakeLauncherFactory implements LauncherFactory {

    @Override
    public String type() {
        return "fake";
    }

    @Override
    public Launcher create(Map<String, Object> settings, Path baseDirectory) {
        for (String key : settings.keySet()) {
            if (!Set.of("command", "classpath", "python_path").contains(key)) {
                throw new IllegalArgumentException(key + ": this setting is not known");
            }
        }
        return (request, listener) -> {
            throw new LaunchException("the fake launcher starts nothing");
        };
    }
}
