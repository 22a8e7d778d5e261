// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import java.util.SortedMap;
import java.util.TreeMap;

/** A session that is open for a parent, and when its ranks were last heard. Loop thread only. */
final class HeldSession {
    final SessionId id;
    final SortedMap<Integer, String> keys;
    final SessionPort port;
    final SortedMap<Integer, Long> heardAt = new TreeMap<>();

    HeldSession(SessionId id, SortedMap<Integer, String> keys, SessionPort port) {
        this.id = id;
        this.keys = keys;
        this.port = port;
    }
}
