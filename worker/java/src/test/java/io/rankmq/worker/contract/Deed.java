// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker.contract;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.api.Executor;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.component.ComponentArgs;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** An executor that does what the name of a task says. */
public final class Deed implements Executor, EventHandler {
    private final Greeting greeting;
    private final CountDownLatch released = new CountDownLatch(1);
    private long count;

    /** Builds it with the component that is nested in its arguments. */
    public Deed(ComponentArgs args) {
        greeting = args.component("greeting", Greeting.class);
    }

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) throws Exception {
        Shareable reply = new Shareable();
        switch (taskName) {
            case "echo" -> {
                input.values().forEach(reply::put);
                context.put("echoed", greeting.text, Context.Mark.STICKY);
            }
            case "whoami" -> {
                Context.Property number = context.property(ContextKeys.RANK_NUMBER);
                reply.put("rank", context.get(ContextKeys.RANK_NUMBER));
                reply.put("world_size", context.get(ContextKeys.NUM_OF_PROCESSES));
                reply.put("marked", number != null && number.isPrivate() && number.isSticky());
                reply.put("echoed", context.get("echoed"));
                reply.put("aborted", abort.triggered());
            }
            case "journal" -> reply.put("journal", Journal.entries());
            case "count" -> reply.put("count", ++count);
            case "throw" -> throw new IllegalStateException("no fuel");
            case "recurse" -> recurse(Long.MAX_VALUE);
            case "hoard" -> reply.put("size", new long[Integer.MAX_VALUE].length);
            case "unfit" -> reply.put("thread", Thread.currentThread());
            case "wait" -> waitForAbort(abort);
            case "release" -> reply.put("released", released.await(10, TimeUnit.SECONDS));
            case "ask" -> {
                context.put("question", 6);
                context.engine().fireEvent("ask", context);
                reply.put("answer", context.get("answer"));
            }
            case "post" -> post(context, input.get("events", Long.class));
            case "stuck" -> new CountDownLatch(1).await();
            case "daemon" -> reply.put("pid", daemon());
            case "print" -> System.out.println("hello from user code");
            case "spill" -> spill();
            default -> {
                return Shareable.reply(ReturnCode.TASK_UNKNOWN);
            }
        }
        return reply;
    }

    @Override
    public void handleEvent(String eventType, Context context) throws Exception {
        Journal.add(eventType);
        switch (eventType) {
            case "start_run" -> context.put("started", context.get(ContextKeys.RANK_NUMBER) != null);
            case "down" -> {
                context.put("seen_by", context.get(ContextKeys.RANK_NUMBER));
                context.put("seen_from", context.get(ContextKeys.EVENT_ORIGIN_SITE));
            }
            case "slow" -> {
                new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
                Journal.add("slow:done");
            }
            case "release" -> released.countDown();
            case "bad" -> throw new IllegalArgumentException("never liked it");
            default -> {}
        }
    }

    private static void waitForAbort(AbortSignal abort) throws InterruptedException {
        if (abort.await(Duration.ofSeconds(30))) {
            throw new IllegalStateException("told to: " + abort.reason());
        }
    }

    private static void post(Context context, long events) {
        for (int i = 0; i < events; i++) {
            context.engine().postEvent("note", context.engine().newContext().put("i", i));
        }
    }

    private static void spill() {
        for (int i = 0; i < 20_000; i++) {
            System.out.println("x".repeat(49));
        }
    }

    private static long recurse(long depth) {
        return depth == 0 ? 0 : recurse(depth - 1) + 1;
    }

    /** A process in a session of its own, whose parent is gone. */
    private static long daemon() throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", "setsid sleep 300 >/dev/null 2>&1 & echo $!").start();
        String pid = new String(shell.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        shell.waitFor();
        return Long.parseLong(pid);
    }
}
