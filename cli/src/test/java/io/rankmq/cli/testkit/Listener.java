// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.testkit;

import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;

/** A handler and nothing else. */
public final class Listener implements EventHandler {

    @Override
    public void handleEvent(String eventType, Context context) {}
}
