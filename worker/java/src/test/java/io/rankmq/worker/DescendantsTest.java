// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Real processes, most of which this JVM did not start itself any more when they are looked for. */
@EnabledOnOs(OS.LINUX)
class DescendantsTest {
    private static final Path PROC = Path.of("/proc");

    private final Map<String, String> marks = Map.of(
            "RANKMQ_SESSION", "s-" + ProcessHandle.current().pid(),
            "RANK", "1",
            "RANKMQ_BOOTSTRAP", "/nowhere/" + System.nanoTime());
    private final Descendants descendants = new Descendants(PROC, marks);
    private final Set<ProcessHandle> started = new HashSet<>();

    @AfterEach
    void endAll() {
        started.forEach(ProcessHandle::destroyForcibly);
    }

    /** A process that has left its parent and its session, with these variables. */
    private ProcessHandle daemon(Map<String, String> variables, String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", "setsid " + command + " >/dev/null 2>&1 & echo $!");
        builder.environment().putAll(variables);
        Process shell = builder.start();
        long pid = Long.parseLong(new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip());
        ProcessHandle daemon = ProcessHandle.of(pid).orElseThrow();
        started.add(daemon);
        await().until(() ->
                daemon.parent().map(parent -> parent.pid() != shell.pid()).orElse(true));
        return daemon;
    }

    private static Map<String, String> with(Map<String, String> variables, String name, String value) {
        Map<String, String> changed = new HashMap<>(variables);
        changed.put(name, value);
        return changed;
    }

    private Set<Long> found() {
        return descendants.find().stream().map(ProcessHandle::pid).collect(Collectors.toSet());
    }

    @Test
    void aDaemonOfThisRankIsFoundAndEnded() throws IOException {
        ProcessHandle daemon = daemon(marks, "sleep 300");
        await().until(() -> found().contains(daemon.pid()));
        descendants.end();
        await().until(() -> !daemon.isAlive());
    }

    @Test
    void whatIgnoresTermIsKilled() throws IOException {
        ProcessHandle stubborn = daemon(marks, "sh -c 'trap \"\" TERM; sleep 300; sleep 300'");
        await().until(() -> found().contains(stubborn.pid()));
        descendants.end();
        await().until(() -> !stubborn.isAlive());
    }

    @Test
    void aDaemonOfAnotherRankSessionOrIncarnationIsLeftAlone() throws IOException {
        List<ProcessHandle> others = List.of(
                daemon(with(marks, "RANK", "2"), "sleep 300"),
                daemon(with(marks, "RANK", "11"), "sleep 300"),
                daemon(with(marks, "RANKMQ_SESSION", "s-other"), "sleep 300"),
                daemon(with(marks, "RANKMQ_BOOTSTRAP", "/elsewhere"), "sleep 300"));
        ProcessHandle own = daemon(marks, "sleep 300");
        await().until(() -> found().contains(own.pid()));
        assertThat(found())
                .doesNotContainAnyElementsOf(
                        others.stream().map(ProcessHandle::pid).toList());
        descendants.end();
        assertThat(others).allMatch(ProcessHandle::isAlive);
    }

    @Test
    void childrenAndGrandchildrenAreFoundWithoutAnyMark() throws IOException {
        Descendants unmarked = new Descendants(PROC, Map.of());
        Process shell = new ProcessBuilder("sh", "-c", "sleep 300; true").start();
        started.add(shell.toHandle());
        await().until(() -> shell.descendants().findAny().isPresent());
        ProcessHandle grandchild = shell.descendants().findAny().orElseThrow();
        started.add(grandchild);
        assertThat(unmarked.find()).contains(shell.toHandle(), grandchild);
    }

    @Test
    void whereThereIsNoProcOnlyDescendantsAreKnown() throws IOException {
        ProcessHandle daemon = daemon(marks, "sleep 300");
        assertThat(new Descendants(Path.of("/no/proc"), marks).find()).doesNotContain(daemon);
    }
}
