// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;
import io.rankmq.api.StickyProperties;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.OutputEvent;
import io.rankmq.protocol.WireError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine of a rank: fires events to the handlers of this rank, then to the parent. Safe for use by many threads. */
final class RankEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(RankEngine.class);
    private static final Context.Property FROM_PARENT =
            new Context.Property(ContextKeys.MULTI_PROCESS_EXECUTOR, true, false);

    private final EventRelay relay;
    private final StickyProperties sticky = new StickyProperties();

    /** By component id, in the order of the config. */
    private volatile Map<String, EventHandler> handlers = Map.of();

    RankEngine(int rank, int worldSize, EventRelay relay) {
        this.relay = relay;
        // As integers are after they travelled. In every context from now on, the first event's included.
        Map<String, Context.Property> own = new LinkedHashMap<>();
        own.put(ContextKeys.RANK_NUMBER, new Context.Property((long) rank, true, true));
        own.put(ContextKeys.NUM_OF_PROCESSES, new Context.Property((long) worldSize, true, true));
        sticky.newContext(this, own);
    }

    void install(Map<String, EventHandler> inOrder) {
        handlers = inOrder;
    }

    @Override
    public Context newContext() {
        return sticky.newContext(this);
    }

    /** The context of a task, from what the parent sent. */
    Context contextOf(Map<String, Context.Property> received) {
        return sticky.newContext(this, OwnProperties.without(received));
    }

    /** The context of an event that the parent fired. */
    Context eventContextOf(Map<String, Context.Property> received) {
        Map<String, Context.Property> properties = OwnProperties.without(received);
        properties.put(ContextKeys.EVENT_ORIGIN_SITE, FROM_PARENT);
        return sticky.newContext(this, properties);
    }

    /** Fires an event to the handlers of this rank only. All of them get it; the first failure is given back. */
    @Nullable
    WireError fireHere(String eventType, Context context) {
        WireError first = null;
        for (Map.Entry<String, EventHandler> entry : handlers.entrySet()) {
            try {
                entry.getValue().handleEvent(eventType, context);
            } catch (Throwable thrown) {
                // Errors too: the next handler, and the thread, must go on.
                String what = "component '" + entry.getKey() + "' failed to handle event '" + eventType + "'";
                LOG.error(what, thrown);
                if (thrown instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                first = first == null ? Failures.of(ErrorCode.HANDLER_FAILED, what, thrown) : first;
            }
        }
        return first;
    }

    @Override
    public void fireEvent(String eventType, Context context) {
        if (mayRelay(eventType, context)) {
            relay.ask(eventType, context);
        }
    }

    @Override
    public void postEvent(String eventType, Context context) {
        if (mayRelay(eventType, context)) {
            relay.post(eventType, context);
        }
    }

    /** Fires the event here, and says whether it goes on to the parent: not if it came from there. */
    private boolean mayRelay(String eventType, Context context) {
        if (eventType.equals(EventTypes.START_RUN)) {
            LOG.warn("event '{}' is fired by RankMQ alone, once; another one was dropped", eventType);
            return false;
        }
        if (eventType.startsWith(OutputEvent.RESERVED_PREFIX)) {
            LOG.warn("event '{}' was dropped: names that begin with 'rankmq.' are RankMQ's own", eventType);
            return false;
        }
        fireHere(eventType, context);
        return !ContextKeys.MULTI_PROCESS_EXECUTOR.equals(context.get(ContextKeys.EVENT_ORIGIN_SITE));
    }
}
