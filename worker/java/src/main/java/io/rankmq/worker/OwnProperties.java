// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * Context properties that say who and where this rank is. They neither leave it, where they would overwrite the other side's, nor are
 * they taken from a message.
 */
final class OwnProperties {
    private static final Set<String> NAMES =
            Set.of(ContextKeys.RANK_NUMBER, ContextKeys.NUM_OF_PROCESSES, ContextKeys.EVENT_ORIGIN_SITE);

    private OwnProperties() {}

    static Map<String, Context.Property> without(Map<String, Context.Property> properties) {
        Map<String, Context.Property> others = new LinkedHashMap<>(properties);
        others.keySet().removeAll(NAMES);
        return others;
    }

    static Context.Changes without(Context.Changes changes) {
        Set<String> removed = new LinkedHashSet<>(changes.removed());
        removed.removeAll(NAMES);
        return new Context.Changes(without(changes.set()), removed);
    }
}
