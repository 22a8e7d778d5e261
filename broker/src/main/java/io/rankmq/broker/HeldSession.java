// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.LinkMessage;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A session that is open for a parent, and when its ranks were last heard. Loop thread only. */
final class HeldSession {
    final SessionId id;
    final SortedMap<Integer, String> keys;
    final @Nullable String joinKey;
    final SessionPort port;
    final SortedMap<Integer, Long> heardAt = new TreeMap<>();

    HeldSession(SessionId id, LinkMessage.Open open, SessionPort port) {
        this.id = id;
        this.keys = open.keys();
        this.joinKey = open.joinKey();
        this.port = port;
    }
}
