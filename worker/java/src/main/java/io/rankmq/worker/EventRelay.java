// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.Context;

/** The way of an event to the parent. Failures are logged and counted here, never thrown. */
interface EventRelay {

    /** Sends the event, waits for the answer, and puts the parent's changes into the context. */
    void ask(String eventType, Context context);

    /** Sends the event as soon as there is room for it. */
    void post(String eventType, Context context);
}
