// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import io.rankmq.parent.launch.Launcher;
import io.rankmq.parent.launch.LauncherFactory;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The launchers that are on the class path. */
public final class Launchers {

    private Launchers() {}

    /**
     * The launcher of a job.
     *
     * @throws IllegalArgumentException for wrong settings; never for a job from {@link JobLoader}
     */
    public static Launcher create(Job job) {
        LauncherFactory factory = Objects.requireNonNull(byType().get(job.launcherType()), job.launcherType());
        return factory.create(job.launcher(), job.folder());
    }

    /** The factories, by type. */
    static Map<String, LauncherFactory> byType() {
        Map<String, LauncherFactory> byType = new TreeMap<>();
        ServiceLoader.load(LauncherFactory.class, Launchers.class.getClassLoader())
                .forEach(factory -> byType.put(factory.type(), factory));
        return byType;
    }
}
