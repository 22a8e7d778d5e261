// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import java.util.LinkedHashMap;
import java.util.Map;

/** What the broker knows of one admitted key: the processes that use it. Loop thread only. */
final class ParentState {
    final String identity;
    final Map<String, LinkClient> clients = new LinkedHashMap<>();
    /** Bytes on their way to all its processes. */
    final Tally underway;

    private ParentKey key;

    ParentState(String identity, ParentKey key, Tally ofAll) {
        this.identity = identity;
        underway = new Tally(ofAll);
        this.key = key;
    }

    ParentKey key() {
        return key;
    }

    /** The same key under another name, or with other rights. */
    void key(ParentKey renamed) {
        key = renamed;
    }

    String name() {
        return key.name();
    }

    /** Sessions that all its processes have open. */
    int sessions() {
        return clients.values().stream()
                .mapToInt(client -> client.sessions.size())
                .sum();
    }
}
