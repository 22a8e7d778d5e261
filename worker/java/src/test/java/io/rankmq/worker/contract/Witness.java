// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker.contract;

import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;

/** A second handler, which sees what the first one did. */
public final class Witness implements EventHandler {
    @Override
    public void handleEvent(String eventType, Context context) {
        if (eventType.equals("bad")) {
            Journal.add("witness:bad");
        } else if (eventType.equals("down")) {
            context.put("witness", context.get("seen_by"));
        }
    }
}
