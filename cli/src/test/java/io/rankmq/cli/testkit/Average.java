// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.testkit;

import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import io.rankmq.parent.Aggregator;
import java.util.SortedMap;

/** An aggregator that hands rank 0's reply on. */
public final class Average implements Aggregator {

    @Override
    public Shareable aggregate(int round, SortedMap<Integer, Shareable> replies, Context context) {
        return replies.values().iterator().next();
    }
}
