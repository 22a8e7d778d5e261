// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** This worker keeps the contract. */
class JavaWorkerTest extends WorkerContract {

    @Override
    List<String> command() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xss512k",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName());
    }

    @Override
    String language() {
        return "java";
    }

    @Override
    Map<String, String> environment() {
        return Map.of();
    }
}
