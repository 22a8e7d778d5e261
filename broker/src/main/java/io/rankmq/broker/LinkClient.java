// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.broker.BrokerCore.SessionId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One process of a parent: its connection, which may change, its sessions, and how much is on its way to it. That is not what the parent claims:
 * marks with numbers that cannot be guessed travel between the messages, and a parent that gives one back has read what came before it. Loop
 * thread only.
 */
final class LinkClient {
    /** Bytes between two marks. */
    private static final long MARK_EVERY = 64L << 10;

    private record Marked(long mark, long sentBefore) {}

    final ParentState parent;
    final String name;
    final Map<SessionId, HeldSession> sessions = new LinkedHashMap<>();
    long heardAt;
    private final Deque<Marked> marks = new ArrayDeque<>();
    private String peer;
    private long sent;
    private long marked;
    private long underway;
    private long dropped;

    LinkClient(ParentState parent, String name, String peer) {
        this.parent = parent;
        this.name = name;
        this.peer = peer;
    }

    /** Where to send to. */
    String peer() {
        return peer;
    }

    /** It has come back on another connection; what went to the former one is taken or lost. */
    void moved(String to) {
        peer = to;
        nothingIsUnderway();
    }

    /** Nothing that was sent to it waits any more. */
    void nothingIsUnderway() {
        marks.clear();
        marked = sent;
        add(-underway);
    }

    void sent(long bytes) {
        sent += bytes;
        add(bytes);
    }

    /** Whether so much was sent since the last mark that another is due. */
    boolean wantsMark() {
        return sent - marked >= MARK_EVERY;
    }

    /** Whether anything was sent since the last mark. */
    boolean hasUnmarked() {
        return sent > marked;
    }

    /** A mark was sent. */
    void marked(long mark) {
        marks.add(new Marked(mark, sent));
        marked = sent;
    }

    /** It has given a mark back; false if there is no such mark. */
    boolean taken(long mark) {
        if (marks.stream().noneMatch(one -> one.mark == mark)) {
            return false;
        }
        Marked next;
        do {
            next = marks.remove();
        } while (next.mark != mark);
        add(sent - next.sentBefore - underway);
        return true;
    }

    private void add(long bytes) {
        underway += bytes;
        parent.underway.add(bytes);
    }

    void dropped() {
        dropped++;
    }

    long droppedSoFar() {
        return dropped;
    }

    long underway() {
        return underway;
    }
}
