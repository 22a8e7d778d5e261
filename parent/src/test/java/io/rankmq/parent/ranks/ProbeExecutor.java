// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.ranks;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;
import io.rankmq.api.Executor;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Does what its task's name says, in the ranks that value {@code ranks} names (all if it is absent), and lets the parent see what it saw. */
public final class ProbeExecutor implements Executor, EventHandler {
    private final List<String> seen = new CopyOnWriteArrayList<>();
    private final List<String> executed = new CopyOnWriteArrayList<>();

    @Override
    public void handleEvent(String eventType, Context context) throws InterruptedException {
        seen.add(eventType + "<" + context.get(ContextKeys.EVENT_ORIGIN_SITE));
        if (eventType.equals("ask")) {
            context.put(
                    "answer",
                    "rank " + context.get(ContextKeys.RANK_NUMBER) + " of " + context.get(ContextKeys.NUM_OF_PROCESSES)
                            + " saw " + context.get("question"));
        }
        if (eventType.equals("slow_down")) {
            Thread.sleep(300);
        }
        if (eventType.equals("block")) {
            System.out.println("blocked");
            Thread.sleep(60_000);
        }
        if (eventType.equals(EventTypes.END_RUN)) {
            System.out.println("end_run seen");
        }
    }

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) throws Exception {
        long rank = context.get(ContextKeys.RANK_NUMBER, Long.class);
        boolean chosen = !(input.get("ranks") instanceof List<?> ranks) || ranks.contains(rank);
        Shareable reply = new Shareable().put("rank", rank);
        executed.add(taskName + " " + input.get("data"));
        if (!chosen) {
            if (!taskName.equals("echo") && !taskName.equals("storm")) {
                abort.await(Duration.ofMinutes(5));
            }
            return reply;
        }
        switch (taskName) {
            case "echo" -> {
                reply.put("back", input.get("data"));
                context.put("from_task", "set in the task")
                        .put("kept", rank, Context.Mark.STICKY, Context.Mark.PRIVATE);
            }
            case "executed" -> reply.put("executed", new ArrayList<>(executed));
            case "seen" -> reply.put("seen", new ArrayList<>(seen));
            case "throw" -> {
                System.err.println("the last line of rank " + rank);
                throw new IllegalStateException("boom");
            }
            case "exit_0" -> Runtime.getRuntime().halt(0);
            case "wait_for_abort" -> {
                System.out.println("waiting");
                boolean told = abort.await(Duration.ofMinutes(5));
                return told ? Shareable.reply(ReturnCode.TASK_ABORTED) : reply;
            }
            case "wait_for_file" -> {
                System.out.println("waiting");
                while (!Files.exists(Path.of(input.get("file", String.class)))) {
                    if (abort.await(Duration.ofMillis(20))) {
                        return Shareable.reply(ReturnCode.TASK_ABORTED);
                    }
                }
                reply.put("back", input.get("data"));
            }
            case "ignore_abort" -> busyForEver();
            case "daemon" -> {
                new ProcessBuilder("setsid", "sh", "-c", "trap '' TERM HUP; sleep 600 & sleep 600").start();
                System.out.println("daemon started");
                abort.await(Duration.ofMinutes(5));
            }
            case "storm" -> storm(input, context);
            case "ask_parent" -> {
                Context question = context.engine().newContext().put("question", "from rank " + rank);
                context.engine().fireEvent("question", question);
                reply.put("answer", question.get("answer")).put("from", question.get(ContextKeys.FROM_RANK_NUMBER));
            }
            default -> reply.header(Shareable.RETURN_CODE, ReturnCode.TASK_UNKNOWN.name());
        }
        return reply;
    }

    private static void storm(Shareable input, Context context) {
        long count = input.get("count", Long.class);
        byte[] payload = new byte[input.get("bytes") instanceof Long size ? size.intValue() : 0];
        for (long i = 0; i < count; i++) {
            Context event = context.engine().newContext().put("i", i).put("payload", payload);
            context.engine().postEvent("storm", event);
        }
    }

    private static void busyForEver() {
        System.out.println("waiting");
        while (true) {
            Thread.onSpinWait();
            LockSupport.parkNanos(1_000_000);
        }
    }
}
