// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes that may wait in the queues of all sockets that share this, because they are not read. JeroMQ's own mark counts messages, and a
 * message may be large. One queue may hold at most as much as is left free, so whoever stalls takes half at most. Any thread.
 */
public final class QueueBudget {
    private final long limit;
    private final AtomicLong waiting = new AtomicLong();

    /** So many bytes. */
    public QueueBudget(long limit) {
        this.limit = limit;
    }

    /** Bytes that wait now. */
    public long waiting() {
        return waiting.get();
    }

    boolean hasRoom(long ofQueue, long bytes) {
        return waiting.get() == 0 || ofQueue + bytes <= limit - waiting.get();
    }

    void add(long bytes) {
        waiting.addAndGet(bytes);
    }
}
