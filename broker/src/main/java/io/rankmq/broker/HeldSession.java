// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import io.rankmq.protocol.HeaderPeek;
import io.rankmq.protocol.LinkMessage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A session that is open for a process of a parent. Loop thread only. */
final class HeldSession {
    final SessionId id;
    final LinkClient client;
    final SortedMap<Integer, String> keys;
    final @Nullable String joinKey;
    final SessionPort port;
    private final SortedMap<Integer, RankView> ranks = new TreeMap<>();
    private @Nullable ByteBuffer lastBroadcast;
    private long newestCommand;

    HeldSession(SessionId id, LinkClient client, LinkMessage.Open open, SessionPort port) {
        this.id = id;
        this.client = client;
        this.keys = open.keys();
        this.joinKey = open.joinKey();
        this.port = port;
    }

    /** Whether it was opened so, and not with other keys. */
    boolean isAs(LinkMessage.Open open) {
        return keys.equals(open.keys()) && Objects.equals(joinKey, open.joinKey());
    }

    void heard(int rank, boolean event, List<ByteBuffer> frames, long now) {
        ranks.computeIfAbsent(rank, any -> new RankView()).heard(event, frames.get(0), now);
    }

    void broadcast(List<ByteBuffer> frames) {
        // Only looked into when somebody asks for the status.
        lastBroadcast = frames.get(0);
        port.broadcast(frames);
    }

    /** What is known of a rank; null if it was never heard. */
    @Nullable
    RankView rank(int rank) {
        return ranks.get(rank);
    }

    /** Number of the newest command, as far as a broker can tell; 0: none. */
    long newestCommand() {
        HeaderPeek last = lastBroadcast == null ? null : HeaderPeek.at(lastBroadcast);
        if (last != null) {
            newestCommand = Math.max(newestCommand, Math.max(last.seq(), last.newest()));
        }
        return newestCommand;
    }
}
