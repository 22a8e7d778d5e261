// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last lines of a process, for whoever wants to know why it failed. Safe for use by many threads. */
final class LastLines {

    /** Enough for the end of a trace with its causes. */
    static final int KEPT = 50;

    private final Deque<String> lines = new ArrayDeque<>();

    synchronized void add(String line) {
        if (lines.size() == KEPT) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }

    /** Oldest first. */
    synchronized List<String> list() {
        return List.copyOf(lines);
    }
}
