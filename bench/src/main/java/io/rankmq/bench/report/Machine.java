// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.stream.Stream;

/** The machine at hand in one line: figures mean nothing without it. Names no host and no person. */
public final class Machine {
    private Machine() {}

    /** Prints it. */
    public static void main(String[] arguments) {
        System.out.println(describe());
    }

    /** Date, processor, cores, memory, system, JDK and load. */
    static String describe() {
        return "%s, %s, %d cores, %s, %s %s, Java %s, load before the run %s"
                .formatted(
                        LocalDate.now(ZoneOffset.UTC),
                        field("/proc/cpuinfo", "model name", "unknown processor"),
                        Runtime.getRuntime().availableProcessors(),
                        field("/proc/meminfo", "MemTotal", "unknown memory"),
                        System.getProperty("os.name"),
                        System.getProperty("os.version").replaceFirst("-.*", ""),
                        System.getProperty("java.version"),
                        load());
    }

    private static String field(String file, String name, String otherwise) {
        try (Stream<String> lines = Files.lines(Path.of(file))) {
            return lines.filter(line -> line.startsWith(name))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }

    private static String load() {
        try {
            return Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        } catch (IOException e) {
            return "unknown";
        }
    }
}
