// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the broker knows of one admitted key: the processes that use it. Loop thread only. */
final class ParentState {
    private ParentKey key;
    final Map<String, LinkClient> clients = new LinkedHashMap<>();

    ParentState(ParentKey key) {
        this.key = key;
    }

    ParentKey key() {
        return key;
    }

    /** The same key under another name, or with other rights. */
    void key(ParentKey renamed) {
        key = renamed;
    }

    String identity() {
        return key.identity();
    }

    /** Sessions that all its processes have open. */
    int sessions() {
        return clients.values().stream()
                .mapToInt(client -> client.sessions.size())
                .sum();
    }

    /** A session of any of its processes. */
    @Nullable
    HeldSession session(SessionId id) {
        for (LinkClient client : clients.values()) {
            HeldSession session = client.sessions.get(id);
            if (session != null) {
                return session;
            }
        }
        return null;
    }
}
