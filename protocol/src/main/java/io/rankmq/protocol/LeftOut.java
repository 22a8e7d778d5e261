// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Context properties that cannot travel: counted always, warned of once a name, because the same ones are in the context of every
 * event. Safe for use by many threads.
 */
final class LeftOut {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOut.class);

    /** More names than a context ever has; what comes after is counted under one name, so that nothing grows without end. */
    private static final int MAX_NAMES = 1000;

    private static final String OTHERS = "(others)";

    private static final Map<String, AtomicLong> COUNTS = new ConcurrentHashMap<>();

    private LeftOut() {}

    static void note(String property, String why) {
        String name = COUNTS.containsKey(property) || COUNTS.size() < MAX_NAMES ? property : OTHERS;
        if (COUNTS.computeIfAbsent(name, any -> new AtomicLong()).incrementAndGet() == 1) {
            LOG.warn("context property '{}' stays here and does not travel: {} (said once)", property, why);
        }
    }

    static Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        COUNTS.forEach((name, count) -> counts.put(name, count.get()));
        return counts;
    }
}
