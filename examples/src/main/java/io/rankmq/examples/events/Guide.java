// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.events;

import io.rankmq.api.Context;
import io.rankmq.api.Context.Mark;
import io.rankmq.api.Context.Property;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;
import io.rankmq.component.ComponentArgs;
import io.rankmq.parent.Session;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A handler in the parent: hears what the ranks fire, and answers through the event's context. Events of one rank come in order, those
 * of different ranks on different threads; this handler needs no lock because it keeps nothing. Argument: {@code tolerance} (0.01).
 */
public final class Guide implements EventHandler {
    private final double tolerance;

    /** A guide with these arguments. */
    public Guide(ComponentArgs args) {
        tolerance = args.number("tolerance", 0.01);
    }

    @Override
    public void handleEvent(String eventType, Context context) {
        switch (eventType) {
            case EventTypes.START_RUN -> say("start_run: all ranks are ready");
            case Names.WHERE_TO_START -> answer(context);
            case Names.PROGRESS -> say("%s is at %.4f", sender(context), x(context));
            case Names.CONVERGED -> stopSearch(context);
            // Sticky properties that rank 0 set in its last task are here too; those of the other ranks never came.
            case EventTypes.END_RUN ->
                say(
                        "end_run: rank %s found the lowest point at %.4f",
                        context.get(Names.FOUND_BY), context.get(Names.LOWEST));
            default -> {
                // Everything else is for others.
            }
        }
    }

    /** What a handler changes in the context travels back to the rank that fired the event. */
    private void answer(Context context) {
        // Who fired it: set by RankMQ, private and not sticky, so the next event cannot inherit it.
        int rank = context.get(ContextKeys.FROM_RANK_NUMBER, Number.class).intValue();
        Property note = context.property(Names.NOTE);
        if (note != null) {
            say("%s asks where to start, and notes: %s (private: %s)", sender(context), note.value(), note.isPrivate());
        }
        context.put(Names.START, 3 + 4.0 * (rank + 1));
        context.put(Names.TOLERANCE, tolerance, Mark.STICKY);
    }

    /** Events go down as well as up, and a handler may end the task that is running. */
    private void stopSearch(Context context) {
        say("%s has converged at %.4f", sender(context), x(context));
        // In the parent, the engine is the session.
        if (context.engine() instanceof Session session) {
            session.postEvent(Names.SEARCH_IS_OVER, session.newContext().put(Names.X, x(context)));
            // This task alone ends, with TASK_ABORTED; the session goes on with the next one. An abort overtakes
            // events, so a rank may be told to end before it hears the event above.
            session.cancelTask("converged");
        }
    }

    private static double x(Context context) {
        return context.get(Names.X, Double.class);
    }

    private static String sender(Context context) {
        return "rank " + context.get(ContextKeys.FROM_RANK_NUMBER) + " (" + context.get(ContextKeys.EVENT_ORIGIN_SITE)
                + ")";
    }

    private static void say(String format, @Nullable Object... values) {
        System.out.println("parent: " + String.format(Locale.ROOT, format, values));
    }
}
