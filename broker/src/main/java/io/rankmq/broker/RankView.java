// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.protocol.HeaderPeek;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a broker, which only passes messages on, can tell of a rank when somebody asks: from its last words. Loop thread only. */
final class RankView {
    /** Six heartbeats: longer than a busy machine delays one. */
    private static final long SILENT_AFTER = TimeUnit.SECONDS.toNanos(3);

    private long heardAt;
    private @Nullable ByteBuffer lastControl;
    private long applied = -1;

    void heard(boolean event, ByteBuffer header, long now) {
        heardAt = now;
        if (!event) {
            lastControl = header;
        }
    }

    long silentNanos(long now) {
        return now - heardAt;
    }

    /** One word of docs/broker.md. */
    String state(long now) {
        HeaderPeek last = last();
        String kind = last == null ? "" : last.kind();
        return switch (kind) {
            case "LEAVING" -> "left";
            case "FAILED" -> "failed";
            default -> now - heardAt > SILENT_AFTER ? "silent" : kind.equals("JOIN") ? "joining" : "connected";
        };
    }

    /** Newest command that it says it has taken; -1: it has not said so far. */
    long applied() {
        HeaderPeek last = last();
        if (last != null) {
            applied = Math.max(applied, last.applied());
        }
        return applied;
    }

    private @Nullable HeaderPeek last() {
        return lastControl == null ? null : HeaderPeek.at(lastControl);
    }
}
