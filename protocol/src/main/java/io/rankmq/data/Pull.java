// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.protocol.DataMessage;
import io.rankmq.protocol.DataRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Brings one value in chunks (docs/protocol.md, section 12.3): what to ask for, what to take, when to ask again, when to give up. Times are
 * nanoseconds of any monotonic source. No sockets, threads or clocks; not safe for use by many threads.
 */
final class Pull {
    /** Unanswered requests at a time: 4 MiB of the usual chunks, which fills a fast link and bounds memory. */
    static final int WINDOW = 16;

    private static final long REPEAT_NANOS = 2_000_000_000L;
    private static final long REBUILD_NANOS = 3_000_000_000L;
    private static final int WRONG_AT_MOST = 3;

    /** What became of a chunk. */
    enum Verdict {
        TAKEN,
        NOT_ASKED_FOR,
        WRONG,
        FAILED
    }

    private final DataRef value;
    private final int chunk;
    private final long lease;
    private final Map<Long, Integer> outstanding = new LinkedHashMap<>();
    private final Map<Long, Integer> wrong = new LinkedHashMap<>();
    private long next;
    private long taken;
    private long progressAt;
    private long askedAt;
    private long rebuiltAt;

    /**
     * @param chunk bytes to ask for at a time
     * @param lease after which without any chunk it is given up, in nanoseconds
     */
    Pull(DataRef value, int chunk, long lease, long now) {
        this.value = value;
        this.chunk = chunk;
        this.lease = lease;
        progressAt = now;
        askedAt = now;
        rebuiltAt = now;
    }

    /** As many requests as may be made now. */
    List<DataMessage.Fetch> ask() {
        List<DataMessage.Fetch> requests = new ArrayList<>();
        while (outstanding.size() < WINDOW && next < value.size()) {
            int length = (int) Math.min(chunk, value.size() - next);
            outstanding.put(next, length);
            requests.add(request(next, length));
            next += length;
        }
        return requests;
    }

    /** A chunk has come; {@code sum} is what its bytes have. Counts it as taken if it is right. */
    Verdict onChunk(DataMessage.Chunk received, long sum, long now) {
        Integer length = outstanding.get(received.offset());
        if (length == null || length != received.payload().remaining()) {
            return Verdict.NOT_ASKED_FOR;
        }
        if (sum != received.sum()) {
            return wrong.merge(received.offset(), 1, Integer::sum) < WRONG_AT_MOST ? Verdict.WRONG : Verdict.FAILED;
        }
        outstanding.remove(received.offset());
        taken += length;
        progressAt = now;
        return Verdict.TAKEN;
    }

    /** The request for that offset once more. */
    List<DataMessage.Fetch> again(long offset) {
        Integer length = outstanding.get(offset);
        return length == null ? List.of() : List.of(request(offset, length));
    }

    /** What is to be asked for again because nothing has come for a while. */
    List<DataMessage.Fetch> repeat(long now) {
        if (now - Math.max(progressAt, askedAt) < REPEAT_NANOS) {
            return List.of();
        }
        askedAt = now;
        List<DataMessage.Fetch> requests = new ArrayList<>();
        outstanding.forEach((offset, length) -> requests.add(request(offset, length)));
        return requests;
    }

    /** Whether the connection is to be made anew; true once for each time. */
    boolean takeRebuild(long now) {
        boolean due = now - Math.max(progressAt, rebuiltAt) >= REBUILD_NANOS;
        if (due) {
            rebuiltAt = now;
            askedAt = now - REPEAT_NANOS;
        }
        return due;
    }

    /** Whether nothing has come for a lease. */
    boolean isGivenUp(long now) {
        return now - progressAt >= lease;
    }

    boolean isDone() {
        return taken == value.size();
    }

    /** When to look again. */
    long nextDeadline() {
        long repeat = Math.max(progressAt, askedAt) + REPEAT_NANOS;
        long rebuild = Math.max(progressAt, rebuiltAt) + REBUILD_NANOS;
        return Math.min(Math.min(repeat, rebuild), progressAt + lease);
    }

    private DataMessage.Fetch request(long offset, int length) {
        return new DataMessage.Fetch(value.digest(), offset, length);
    }
}
