// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.RelayedOutput;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.OutputEvent;
import io.rankmq.protocol.ProtocolException;
import org.jspecify.annotations.Nullable;

/** Takes the events by which RankMQ's own part of a rank says something, and gives the user's to whoever handles those. */
final class ReservedEvents implements EventLanes.Work {

    /** Told, by any thread, of an event that was not taken. */
    interface Refusals {
        void refused(int rank, String why);
    }

    private final EventLanes.Work users;
    private final @Nullable RelayedOutput output;
    private final Refusals refusals;

    /** @param output takes what ranks write, null if nobody asked for it */
    ReservedEvents(EventLanes.Work users, @Nullable RelayedOutput output, Refusals refusals) {
        this.users = users;
        this.output = output;
        this.refusals = refusals;
    }

    /** Whether an event is none of a user's. */
    static boolean isReserved(Message.Event event) {
        return event.event().startsWith(OutputEvent.RESERVED_PREFIX);
    }

    @Override
    public EventLanes.@Nullable Answer handle(int rank, Message.Event event) {
        if (!isReserved(event)) {
            return users.handle(rank, event);
        }
        try {
            RelayedOutput asked = event.event().equals(OutputEvent.NAME) ? output : null;
            if (asked == null) {
                throw new ProtocolException(ErrorCode.FORBIDDEN, "nobody asked for event " + event.event());
            }
            asked.take(rank, OutputEvent.read(event));
            return event.awaited() ? new EventLanes.Answer(Body.NONE, null) : null;
        } catch (ProtocolException e) {
            refusals.refused(rank, String.valueOf(e.getMessage()));
            return event.awaited() ? new EventLanes.Answer(null, e.toWireError()) : null;
        }
    }
}
