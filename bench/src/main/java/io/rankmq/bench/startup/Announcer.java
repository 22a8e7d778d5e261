// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.startup;

import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;

/** Says when all ranks have joined and are initialised: the parent fires START_RUN then. */
public final class Announcer implements EventHandler {
    static final String READY = "bench: all ranks are ready";

    @Override
    public void handleEvent(String eventType, Context context) {
        if (eventType.equals(EventTypes.START_RUN)) {
            System.out.println(READY);
        }
    }
}
