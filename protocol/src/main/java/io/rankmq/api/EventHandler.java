// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

/** Listens to events, in the parent or in a rank. Every component that implements this is a handler. */
@FunctionalInterface
public interface EventHandler {

    /**
     * Handles one event. In a rank it may run at the same time as a task, on another thread.
     *
     * @param eventType type of the event; {@link EventTypes} has the ones that RankMQ fires by itself
     * @param context the event's context; changes are seen by later handlers and travel back to whoever waits for the event
     * @throws Exception any failure; it is logged and reported, the other handlers still run
     */
    void handleEvent(String eventType, Context context) throws Exception;
}
