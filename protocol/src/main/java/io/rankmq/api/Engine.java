// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

/** Fires events: in a rank to its handlers and the parent, in the parent to its handlers and all ranks. Safe for use by many threads. */
public interface Engine {

    /** A new context that holds the sticky properties and belongs to this engine. */
    Context newContext();

    /**
     * Fires an event to the local handlers and relays it to the other side, and waits for its answer. In a rank the changes that
     * the parent's handlers made, in the parent those that rank 0 made, are in {@code context} on return. An event that came from
     * the other side is not relayed back to it. A failure to relay is logged and counted; it is never thrown.
     *
     * @param eventType any name; {@link EventTypes} has the ones that RankMQ fires
     * @param context the event's context
     */
    void fireEvent(String eventType, Context context);

    /**
     * Fires an event without waiting for the other side's answer: only for room in the event window. Order among the events of one
     * rank is kept.
     *
     * @param eventType any name
     * @param context the event's context; the other side's changes do not come back
     */
    void postEvent(String eventType, Context context);
}
