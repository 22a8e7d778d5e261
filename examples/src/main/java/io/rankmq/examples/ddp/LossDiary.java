// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.ddp;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.component.ComponentArgs;
import java.util.Locale;

/** Prints in the parent what rank 0 tells while the ranks train together: one event {@code loss} an epoch. No arguments. */
public final class LossDiary implements EventHandler {
    /** The event that ddp.py posts, and its property. */
    private static final String LOSS = "loss";

    /** A diary; it has no arguments. */
    public LossDiary(ComponentArgs args) {}

    @Override
    public void handleEvent(String eventType, Context context) {
        if (eventType.equals(LOSS)) {
            System.out.printf(
                    Locale.ROOT,
                    "parent: rank %s says: round %s, epoch %s, loss %.4f%n",
                    context.get(ContextKeys.FROM_RANK_NUMBER),
                    context.get("round"),
                    context.get("epoch"),
                    context.get(LOSS, Double.class));
        }
    }
}
