// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parent's event handlers. Called by any thread, also by several at once for events of different ranks. */
final class Handlers {
    private static final Logger LOG = LoggerFactory.getLogger(Handlers.class);

    private final List<EventHandler> handlers;
    private final AtomicLong failures = new AtomicLong();

    Handlers(List<EventHandler> handlers) {
        this.handlers = handlers;
    }

    /** Lets every handler handle the event; one that throws is logged and counted, and the others still run. */
    void fire(String eventType, Context context) {
        for (EventHandler handler : handlers) {
            try {
                handler.handleEvent(eventType, context);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                failures.incrementAndGet();
                LOG.warn(
                        "handler {} was interrupted in event {}",
                        handler.getClass().getName(),
                        eventType);
                return;
            } catch (Exception | LinkageError | StackOverflowError | AssertionError e) {
                failures.incrementAndGet();
                LOG.warn("handler {} failed in event {}", handler.getClass().getName(), eventType, e);
            }
        }
    }

    long failures() {
        return failures.get();
    }
}
