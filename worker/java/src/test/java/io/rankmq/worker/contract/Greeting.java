// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker.contract;

import io.rankmq.component.ComponentArgs;

/** Nested in the executor's arguments. */
public final class Greeting {
    final String text;

    /** Reads its text. */
    public Greeting(ComponentArgs args) {
        text = args.text("text");
    }
}
