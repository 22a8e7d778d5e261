// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The processes that this rank leaves behind: those that descend from it, and, on Linux, those that inherited the variables that name this
 * rank and have detached themselves since (daemons). Never this process, one that it descends from, or another rank's.
 */
final class Descendants {
    /** Variables that children inherit and that, together, no other rank of this host has. */
    static final List<String> MARKS = List.of("RANKMQ_SESSION", "RANK", "RANKMQ_BOOTSTRAP");

    /** What they have between TERM and KILL. */
    static final Duration GRACE = Duration.ofMillis(500);

    private static final Duration KILL_DEADLINE = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(5);

    private final Path proc;
    private final Map<String, String> environment;
    private final ProcessHandle self = ProcessHandle.current();

    /**
     * Looks for them.
     *
     * @param proc where Linux shows processes; elsewhere only descendants are known
     * @param environment of this process
     */
    Descendants(Path proc, Map<String, String> environment) {
        this.proc = proc;
        this.environment = environment;
    }

    /**
     * Tells all of them to terminate, and kills those that do not.
     *
     * @return how many there were
     */
    int end() {
        Set<ProcessHandle> found = find();
        if (found.isEmpty()) {
            return 0;
        }
        found.forEach(ProcessHandle::destroy);
        await(GRACE, () -> found.stream().noneMatch(this::runs));
        // What was started meanwhile gets no grace.
        await(KILL_DEADLINE, () -> {
            Set<ProcessHandle> left = find();
            left.forEach(ProcessHandle::destroyForcibly);
            return left.isEmpty();
        });
        return found.size();
    }

    /** Those that run now. */
    Set<ProcessHandle> find() {
        Set<ProcessHandle> spared = new HashSet<>();
        for (Optional<ProcessHandle> up = Optional.of(self);
                up.isPresent();
                up = up.get().parent()) {
            spared.add(up.get());
        }
        Set<ProcessHandle> found = new HashSet<>();
        self.descendants().forEach(found::add);
        for (ProcessHandle marked : marked(spared::contains)) {
            found.add(marked);
            marked.descendants().forEach(found::add);
        }
        found.removeIf(process -> spared.contains(process) || !runs(process));
        return found;
    }

    private Set<ProcessHandle> marked(Predicate<ProcessHandle> isSpared) {
        Set<ProcessHandle> marked = new HashSet<>();
        if (!environment.keySet().containsAll(MARKS)) {
            return marked;
        }
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(proc, "[0-9]*")) {
            for (Path folder : folders) {
                long pid = Long.parseLong(String.valueOf(folder.getFileName()));
                ProcessHandle.of(pid)
                        .filter(process -> !isSpared.test(process) && hasMarks(folder))
                        .ifPresent(marked::add);
            }
        } catch (IOException | DirectoryIteratorException notLinux) {
            return marked;
        }
        return marked;
    }

    private boolean hasMarks(Path folder) {
        String variables;
        try {
            byte[] bytes = Files.readAllBytes(folder.resolve("environ"));
            variables = "\0" + new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException notOurs) {
            return false;
        }
        return MARKS.stream().allMatch(name -> variables.contains("\0" + name + "=" + environment.get(name) + "\0"));
    }

    /** One that has ended and only waits for its parent to notice does not run. */
    private boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(
                    proc.resolve(Long.toString(process.pid())).resolve("stat"), StandardCharsets.ISO_8859_1);
            // Behind the program's name, which may itself hold parentheses.
            return !stat.startsWith("Z", stat.lastIndexOf(')') + 2);
        } catch (IOException notLinux) {
            return process.isAlive();
        }
    }

    private interface Condition {
        boolean isMet();
    }

    private static void await(Duration atMost, Condition condition) {
        long end = System.nanoTime() + atMost.toNanos();
        try {
            while (!condition.isMet() && System.nanoTime() - end < 0) {
                TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
