// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Context;
import io.rankmq.api.Engine;
import java.util.Map;

/** An engine of contexts that nobody hears of. */
public final class TestEngine implements Engine {
    @Override
    public Context newContext() {
        return new Context(this, Map.of(), (name, property) -> {});
    }

    @Override
    public void fireEvent(String eventType, Context context) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void postEvent(String eventType, Context context) {
        throw new UnsupportedOperationException();
    }
}
