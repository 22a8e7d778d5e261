// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.Shareable;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.LocalLauncher;
import io.rankmq.parent.ranks.ProbeExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Sessions with real Java ranks for the tests. */
final class RealRanks implements SessionListener {
    final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<Expected> expected = new CopyOnWriteArrayList<>();

    private record Expected(String text, CompletableFuture<String> seen) {}

    SessionBuilder session(int worldSize) {
        return Session.builder()
                .worldSize(worldSize)
                .executor("probe")
                .component("probe", ProbeExecutor.class.getName(), Map.of())
                .allow(List.of("io.rankmq.parent.ranks."))
                .launcher(LocalLauncher.java())
                .listener(this);
    }

    /** Runs a task in a thread of its own. */
    static CompletableFuture<TaskResult> executing(Session session, String task, Shareable data) {
        CompletableFuture<TaskResult> result = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        result.complete(session.execute(task, data));
                    } catch (RuntimeException e) {
                        result.completeExceptionally(e);
                    }
                },
                "caller");
        thread.setDaemon(true);
        thread.start();
        return result;
    }

    static <T> T soon(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    /** Done when any rank has written a line with this text. */
    CompletableFuture<String> line(String text) {
        Expected one = new Expected(text, new CompletableFuture<>());
        expected.add(one);
        lines.forEach(this::match);
        return one.seen().orTimeout(30, TimeUnit.SECONDS);
    }

    @Override
    public void onOutput(GangListener.Line line) {
        String text = line.rank() + ": " + line.text();
        lines.add(text);
        match(text);
    }

    private void match(String line) {
        expected.stream()
                .filter(one -> line.contains(one.text()))
                .forEach(one -> one.seen().complete(line));
    }

    static void nothingIsLeftOf(String session) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(Leftovers.of(session)).isEmpty());
    }
}
