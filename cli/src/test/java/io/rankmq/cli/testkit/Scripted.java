// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.testkit;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Executor;
import io.rankmq.api.Shareable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/** An executor that does what the task's name says, in the rank that the data names ({@code rank}), and elsewhere counts. */
public final class Scripted implements Executor {

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) throws Exception {
        long rank = context.get(ContextKeys.RANK_NUMBER, Long.class);
        System.out.println("rank " + rank + " does " + taskName);
        if (rank == input.get("rank", Long.class)) {
            act(taskName, abort);
        }
        context.put(ContextKeys.METRICS, Map.of("count", rank + 1));
        return new Shareable().put("rank", input.get("rank"));
    }

    private static void act(String taskName, AbortSignal abort) throws Exception {
        switch (taskName) {
            case "throw" -> throw new IllegalStateException("as told");
            case "flood" -> {
                while (!abort.triggered()) {
                    System.out.println("x".repeat(1000));
                }
            }
            case "kill" -> kill();
            case "kill_once" -> {
                if (Files.notExists(Path.of("killed"))) {
                    Files.createFile(Path.of("killed"));
                    kill();
                }
            }
            case "exit" -> Runtime.getRuntime().halt(7);
            case "wait" -> abort.await(Duration.ofMinutes(5));
            case "deaf" -> new CountDownLatch(1).await();
            default -> System.err.println("nothing special");
        }
    }

    /** As the kernel does when memory is short. */
    private static void kill() throws Exception {
        long pid = ProcessHandle.current().pid();
        new ProcessBuilder("kill", "-9", Long.toString(pid)).start().waitFor();
        new CountDownLatch(1).await();
    }
}
