// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.events;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.Engine;
import io.rankmq.api.Executor;
import io.rankmq.api.Shareable;

/** Fires as many events as its task says, waiting for each or not. */
public final class Firer implements Executor {
    static final String EVENT = "bench_event";
    static final String COUNT = "count";
    static final String WAIT = "wait";

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) {
        Engine engine = context.engine();
        long count = input.get(COUNT, Long.class);
        boolean waits = taskName.equals(WAIT);
        for (long i = 0; i < count && !abort.triggered(); i++) {
            if (waits) {
                engine.fireEvent(EVENT, engine.newContext());
            } else {
                engine.postEvent(EVENT, engine.newContext());
            }
        }
        return new Shareable();
    }
}
