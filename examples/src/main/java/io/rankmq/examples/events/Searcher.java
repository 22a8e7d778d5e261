// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.events;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.Context.Mark;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.Executor;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.component.ComponentArgs;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The executor of a rank: walks down the curve {@code (x - 3)^2}. One instance lives as long as its rank, so what a task leaves in
 * its fields is there for the next one. Argument: {@code step_millis}, the time between two steps (50).
 */
public final class Searcher implements Executor {
    private static final double LOWEST_X = 3;
    private static final double RATE = 0.15;
    private static final int MOST_STEPS = 200;

    private final Duration pause;
    private double x;

    /** A searcher with these arguments. */
    public Searcher(ComponentArgs args) {
        pause = Duration.ofMillis(args.integer("step_millis", 50));
    }

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort)
            throws InterruptedException {
        return switch (taskName) {
            case "ask" -> ask(context);
            case "search" -> search(context, abort);
            case "report" -> report(context);
            default -> Shareable.reply(ReturnCode.TASK_UNKNOWN);
        };
    }

    /** An event that waits: fireEvent returns when the parent's handlers have put their answer into the event's context. */
    private Shareable ask(Context context) {
        Engine engine = context.engine();
        // Every event has a context of its own. It begins with the sticky properties; the task's other properties are
        // not in it.
        Context question = engine.newContext();
        // Private means: for this site only. Parent and ranks are one site, so the parent sees it, and sees the mark.
        question.put(Names.NOTE, "I slept well", Mark.PRIVATE);

        engine.fireEvent(Names.WHERE_TO_START, question);

        x = question.get(Names.START, Double.class);
        // The parent answered with one more property, marked sticky. Since then, every new context in this rank has it.
        Object tolerance = engine.newContext().get(Names.TOLERANCE);
        say("the parent says: start at %.1f; every context here now has tolerance = %s", x, tolerance);
        return Shareable.reply(ReturnCode.OK);
    }

    /** Events that do not wait, and an abort that is honoured. */
    private Shareable search(Context context, AbortSignal abort) throws InterruptedException {
        Engine engine = context.engine();
        // Sticky since the task before: neither this task's data nor its caller's context brought it.
        double tolerance = context.get(Names.TOLERANCE, Double.class);
        boolean isRank0 = rank(context) == 0;
        boolean told = false;
        for (int step = 1; step <= MOST_STEPS; step++) {
            double slope = 2 * (x - LOWEST_X);
            x -= RATE * slope;
            if (step % 5 == 0) {
                // postEvent returns at once; the parent gets the events of one rank in the order in which they were
                // posted.
                engine.postEvent(Names.PROGRESS, engine.newContext().put(Names.X, x));
            }
            if (isRank0 && !told && Math.abs(slope) < tolerance) {
                engine.postEvent(Names.CONVERGED, engine.newContext().put(Names.X, x));
                told = true;
            }
            // A task that waits does it on its abort signal: it wakes at once when it is told to end.
            if (abort.await(pause)) {
                say("told to end in step %d (%s); x = %.4f", step, abort.reason(), x);
                return Shareable.reply(ReturnCode.TASK_ABORTED);
            }
        }
        return Shareable.reply(ReturnCode.OK);
    }

    /** Every rank answers, but only rank 0's reply and only rank 0's changes to the context travel: the task's policy is rank0. */
    private Shareable report(Context context) {
        context.put(Names.LOWEST, x, Mark.STICKY).put(Names.FOUND_BY, rank(context), Mark.STICKY);
        say("I would say that the lowest point is at %.4f", x);
        return Shareable.reply(ReturnCode.OK).put(Names.X, x);
    }

    private static int rank(Context context) {
        return context.get(ContextKeys.RANK_NUMBER, Number.class).intValue();
    }

    private static void say(String format, @Nullable Object... values) {
        System.out.println(String.format(Locale.ROOT, format, values));
    }
}
