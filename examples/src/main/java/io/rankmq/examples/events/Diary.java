// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.events;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;

/** A handler in every rank: any component that implements {@link EventHandler} hears all events, its own rank's and the parent's. */
public final class Diary implements EventHandler {

    /** A diary; it takes no arguments. */
    public Diary() {}

    @Override
    public void handleEvent(String eventType, Context context) {
        switch (eventType) {
            // START_RUN comes once, when all components of the rank are built and before its first task.
            case EventTypes.START_RUN ->
                System.out.println("start_run: I am rank " + context.get(ContextKeys.RANK_NUMBER) + " of "
                        + context.get(ContextKeys.NUM_OF_PROCESSES));
            // Handlers run beside a task, on another thread. Only the parent's events say where they came from.
            case Names.SEARCH_IS_OVER ->
                System.out.println("heard " + eventType + " from " + context.get(ContextKeys.EVENT_ORIGIN_SITE)
                        + ": x = " + context.get(Names.X));
            case EventTypes.END_RUN -> System.out.println("end_run: goodbye");
            default -> {
                // Everything else is for others.
            }
        }
    }
}
