// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.Year;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the JVM and the kernel tell. */
final class MachineChecks {
    private static final int LEAST_FILES = 1_024;
    private static final int FIRST_YEAR = 2026;
    private static final Pattern OPEN_FILES = Pattern.compile("(?m)^Max open files\\s+(\\S+)\\s+(\\S+)");
    private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+(\\d+) kB");
    private static final Pattern TOTAL = Pattern.compile("(?m)^MemTotal:\\s+(\\d+) kB");

    private final Path proc;

    MachineChecks(Path proc) {
        this.proc = proc;
    }

    Finding java() {
        return Finding.ok(
                "java",
                Runtime.version() + ", " + System.getProperty("java.vm.name") + " on " + System.getProperty("os.name")
                        + " " + System.getProperty("os.version") + " " + System.getProperty("os.arch"));
    }

    Finding workerClasspath() {
        String classpath = System.getProperty("rankmq.worker.classpath", "");
        if (classpath.isEmpty()) {
            return Finding.warn(
                    "java worker",
                    "the property rankmq.worker.classpath is not set",
                    "Java ranks get this process's own class path, which is larger than they need; start RankMQ with ./rankmq");
        }
        long jars = Stream.of(classpath.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .mapToLong(MachineChecks::entries)
                .sum();
        return jars > 0
                ? Finding.ok("java worker", jars + " entries in " + classpath)
                : Finding.missing(
                        "java worker",
                        "there is nothing in " + classpath,
                        "Java ranks cannot start; build RankMQ again");
    }

    Finding processors() {
        int processors = Runtime.getRuntime().availableProcessors();
        return Finding.ok("processors", processors + "; more ranks than that share them");
    }

    Finding memory() {
        String info = read("meminfo");
        long total = number(TOTAL, info);
        long available = number(AVAILABLE, info);
        String heap = "; a JVM takes up to " + Sizes.show(Runtime.getRuntime().maxMemory());
        if (total == 0) {
            return Finding.ok("memory", "not told by this system" + heap);
        }
        String found = Sizes.show(available * 1024) + " of " + Sizes.show(total * 1024) + " free" + heap;
        return available * 10 > total
                ? Finding.ok("memory", found)
                : Finding.warn("memory", found, "ranks may be killed for want of memory; end what is not needed");
    }

    Finding openFiles() {
        Matcher limits = OPEN_FILES.matcher(read("self/limits"));
        if (!limits.find()) {
            return Finding.ok("open files", "the limit is not told by this system");
        }
        String soft = limits.group(1);
        boolean isEnough = soft.equals("unlimited") || Long.parseLong(soft) >= LEAST_FILES;
        return isEnough
                ? Finding.ok("open files", soft + " allowed; every rank takes several of the parent's")
                : Finding.warn(
                        "open files",
                        soft + " allowed",
                        "every rank takes several of the parent's, so large gangs cannot start; raise it with ulimit -n");
    }

    Finding setsid() {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folder, "setsid"))) {
                return Finding.ok("setsid", Path.of(folder, "setsid").toString());
            }
        }
        return Finding.warn(
                "setsid",
                "not found",
                "ranks share the terminal's process group, so Ctrl-C reaches them too; install util-linux");
    }

    Finding processEnvironments() {
        return read("self/environ").isEmpty()
                ? Finding.warn(
                        "processes",
                        proc.resolve("self/environ") + " cannot be read",
                        "daemons that a rank leaves behind cannot be found and ended")
                : Finding.ok("processes", "environments readable, so that no descendant of a rank is overlooked");
    }

    Finding clock() {
        ZonedDateTime now = Instant.now().truncatedTo(ChronoUnit.SECONDS).atZone(ZoneId.systemDefault());
        String shown = now.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
        return Year.from(now).isBefore(Year.of(FIRST_YEAR))
                ? Finding.warn("clock", shown, "it is wrong, so are the times in logs and reports; set it")
                : Finding.ok("clock", shown);
    }

    private static long entries(String entry) {
        if (!entry.endsWith("*")) {
            return Files.exists(Path.of(entry)) ? 1 : 0;
        }
        try (Stream<Path> files = Files.list(Path.of(entry.substring(0, entry.length() - 1)))) {
            return files.filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".jar"))
                    .count();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long number(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
    }

    private String read(String name) {
        try {
            List<String> lines = Files.readAllLines(proc.resolve(name), StandardCharsets.ISO_8859_1);
            return String.join("\n", lines);
        } catch (IOException e) {
            return "";
        }
    }
}
