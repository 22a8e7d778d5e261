// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.protocol.OutputEvent;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What ranks write where no launcher reads it: they send it (docs/protocol.md, section 14), and it goes to log files, last lines and the listener as
 * if a launcher had read it. Safe for use by many threads.
 */
public final class RelayedOutput {
    private final CarefulListener listener;
    private final @Nullable Path logs;
    private final Map<Integer, String> hosts = new ConcurrentHashMap<>();
    private final Map<Integer, Rank> ranks = new ConcurrentHashMap<>();

    /**
     * With nothing yet.
     *
     * @param logs folder of this incarnation as {@link LaunchRequest#logDirectory} has it, or null for no files
     * @param listener gets the lines, and failures of the log files
     */
    public RelayedOutput(@Nullable Path logs, GangListener listener) {
        this.listener = new CarefulListener(listener);
        this.logs = logs;
    }

    /** Where that rank is. */
    public void joined(int rank, String host) {
        hosts.put(rank, host);
    }

    /** A rank sent what it wrote. */
    public void take(int rank, List<OutputEvent.Piece> pieces) {
        ranks.computeIfAbsent(rank, Rank::new).take(pieces);
    }

    /** The last lines that the rank has sent, at most {@code count}, oldest first. */
    public List<String> lastLines(int rank, int count) {
        Rank known = ranks.get(rank);
        List<String> lines = known == null ? List.of() : known.last.list();
        return lines.subList(Math.max(0, lines.size() - count), lines.size());
    }

    /** Nothing comes any more: tells lines that lack their end, and closes the files. */
    public void close() {
        ranks.values().forEach(Rank::close);
    }

    private final class Rank {
        private final LastLines last = new LastLines();
        private final RankOutput out;
        private final RankOutput err;

        Rank(int number) {
            String host = hosts.getOrDefault(number, "unknown");
            Path folder = logs == null ? null : logs.resolve(Integer.toString(number));
            out = new RankOutput(number, host, false, listener, last, folder);
            err = new RankOutput(number, host, true, listener, last, folder);
            out.open();
            err.open();
        }

        synchronized void take(List<OutputEvent.Piece> pieces) {
            for (OutputEvent.Piece piece : pieces) {
                RankOutput to = piece.isError() ? err : out;
                if (piece.leftOut() == 0) {
                    to.feed(piece.bytes(), piece.bytes().length);
                } else {
                    to.end();
                    to.accept("[" + piece.leftOut()
                            + " bytes are missing here: the rank wrote faster than it could send]");
                }
            }
            out.flush();
            err.flush();
        }

        synchronized void close() {
            out.end();
            err.end();
            out.close();
            err.close();
        }
    }
}
