// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.StickyProperties;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.ProtocolException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fires a rank's event in the parent: a context of its own, marked with where it came from. */
final class EventWork implements EventLanes.Work {
    private static final Logger LOG = LoggerFactory.getLogger(EventWork.class);

    private final Engine engine;
    private final StickyProperties sticky;
    private final Handlers handlers;
    private final List<SessionListener> listeners;

    EventWork(Engine engine, StickyProperties sticky, Handlers handlers, List<SessionListener> listeners) {
        this.engine = engine;
        this.sticky = sticky;
        this.handlers = handlers;
        this.listeners = listeners;
    }

    @Override
    public EventLanes.@Nullable Answer handle(int rank, Message.Event event) {
        try {
            listeners.forEach(listener -> listener.onEvent(rank, event.event()));
            Map<String, Context.Property> properties = new LinkedHashMap<>(Bodies.readContext(event.body()));
            // What a rank is stays with the rank; kept, they would stick to the parent's later contexts.
            properties.remove(ContextKeys.RANK_NUMBER);
            properties.remove(ContextKeys.NUM_OF_PROCESSES);
            properties.put(ContextKeys.FROM_RANK_NUMBER, new Context.Property((long) rank, true, false));
            properties.put(
                    ContextKeys.EVENT_ORIGIN_SITE, new Context.Property(ContextKeys.SUB_WORKER_PROCESS, true, false));
            Context context = sticky.newContext(engine, properties);
            handlers.fire(event.event(), context);
            return event.awaited() ? new EventLanes.Answer(Bodies.changes(context.changes()), null) : null;
        } catch (ProtocolException e) {
            LOG.warn("event {} of rank {} was not handled: {}", event.event(), rank, e.getMessage());
            return event.awaited() ? new EventLanes.Answer(null, e.toWireError()) : null;
        }
    }
}
