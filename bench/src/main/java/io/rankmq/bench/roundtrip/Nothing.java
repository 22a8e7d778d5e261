// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.Executor;
import io.rankmq.api.Shareable;

/** An executor that does nothing, so that only RankMQ itself is measured. */
public final class Nothing implements Executor {

    @Override
    public Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) {
        return new Shareable();
    }
}
