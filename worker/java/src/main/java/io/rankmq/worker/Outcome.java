// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.ReturnCode;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.WireError;
import org.jspecify.annotations.Nullable;

/** How a command ended in the user's code. */
record Outcome(ReturnCode code, @Nullable WireError error, Body body) {

    static Outcome ok(Body body) {
        return new Outcome(ReturnCode.OK, null, body);
    }

    /** The same with another body. */
    Outcome with(Body other) {
        return new Outcome(code, error, other);
    }

    static Outcome failed(ReturnCode code, WireError error) {
        return new Outcome(code, error, Body.NONE);
    }

    static Outcome aborted() {
        return new Outcome(ReturnCode.TASK_ABORTED, null, Body.NONE);
    }
}
