// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import io.rankmq.parent.launch.LocalLauncher;
import java.nio.file.Path;
import java.util.List;

/** Ranks as users start them, with the benchmarks' components on their class path. {@code bench/run} sets the properties. */
public final class BenchRanks {

    /** What ranks may build. */
    public static final List<String> ALLOW = List.of("io.rankmq.bench.", "rankmq_bench.");

    private BenchRanks() {}

    /** Java ranks. */
    public static LocalLauncher java() {
        return LocalLauncher.java().classpath(folder().resolve("target/classes"));
    }

    /** Python ranks. */
    public static LocalLauncher python() {
        return LocalLauncher.python().pythonPath(folder().resolve("python"));
    }

    /** The folder bench/ of the repository. */
    public static Path folder() {
        return home().resolve("bench");
    }

    /** The top of the repository. */
    public static Path home() {
        String home = System.getProperty("rankmq.home");
        if (home == null) {
            throw new IllegalStateException("the property rankmq.home is not set; start the benchmarks with bench/run");
        }
        return Path.of(home);
    }
}
