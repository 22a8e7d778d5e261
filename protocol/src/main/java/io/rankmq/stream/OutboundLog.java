// SPDX-License-Identifier: Apache-2.0
package io.rankmq.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The sending end of a numbered stream: numbers what is sent and keeps it until it is acknowledged. Used by the loop thread only.
 *
 * @param <T> what is kept, for instance the frames of a message
 */
public final class OutboundLog<T> {

    /** One message that is not acknowledged yet. */
    public record Entry<T>(long seq, T message, long bytes) {}

    private final int maxEntries;
    private final long maxBytes;
    private final Deque<Entry<T>> entries = new ArrayDeque<>();
    private long newest;
    private long acknowledged;
    private long bytes;

    /**
     * An empty log.
     *
     * @param maxEntries with so many messages unacknowledged the log is full
     * @param maxBytes with so many bytes unacknowledged the log is full
     */
    public OutboundLog(int maxEntries, long maxBytes) {
        this.maxEntries = maxEntries;
        this.maxBytes = maxBytes;
    }

    /** Whether the caller must wait for acknowledgements; a single message over the limit of bytes fits into an empty log. */
    public boolean isFull() {
        return entries.size() >= maxEntries || bytes >= maxBytes;
    }

    /** The number that the next message will get. */
    public long nextSeq() {
        return newest + 1;
    }

    /** Number of the newest message; 0 before the first. */
    public long newest() {
        return newest;
    }

    /** Everything up to here is acknowledged. */
    public long acknowledged() {
        return acknowledged;
    }

    /** How many messages wait for their acknowledgement. */
    public int size() {
        return entries.size();
    }

    /**
     * Takes a message, which has the number {@link #nextSeq()}.
     *
     * @throws IllegalStateException if the log is full
     */
    public long append(T message, long messageBytes) {
        if (isFull()) {
            throw new IllegalStateException("the log is full");
        }
        newest++;
        entries.addLast(new Entry<>(newest, message, messageBytes));
        bytes += messageBytes;
        return newest;
    }

    /** Forgets everything up to here; numbers that were never sent count as the newest. */
    public void acknowledge(long upto) {
        long bounded = Math.min(upto, newest);
        acknowledged = Math.max(acknowledged, bounded);
        for (Entry<T> first = entries.peekFirst();
                first != null && first.seq() <= bounded;
                first = entries.peekFirst()) {
            bytes -= first.bytes();
            entries.removeFirst();
        }
    }

    /** What is kept from this number on, oldest first. */
    public List<Entry<T>> from(long seq) {
        List<Entry<T>> wanted = new ArrayList<>();
        for (Entry<T> entry : entries) {
            if (entry.seq() >= seq) {
                wanted.add(entry);
            }
        }
        return wanted;
    }
}
