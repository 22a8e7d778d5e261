// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A rank on another host, as its agent tells of it. Used by the gang's thread, but for what says otherwise. */
final class RemoteRank {
    private static final String STARTED = "started ";
    private static final String EXIT = "exit ";

    private final AgentStart start;
    private final String token;
    private final CarefulListener listener;
    private final LastLines lastLines = new LastLines();
    private final RankOutput out;
    private final RankOutput err;
    private long pid;
    private volatile @Nullable Integer code;
    private int endsSeen;
    private boolean isTold;

    RemoteRank(AgentStart start, String token, CarefulListener listener, LaunchRequest request) {
        this.start = start;
        this.token = token;
        this.listener = listener;
        this.out = output(false, request);
        this.err = output(true, request);
    }

    int rank() {
        return start.rank();
    }

    String host() {
        return start.host().name();
    }

    AgentStart start() {
        return start;
    }

    /** The last lines of both outputs; any thread. */
    LastLines lastLines() {
        return lastLines;
    }

    /**
     * Where the bytes of an output go.
     *
     * @param isCut whether the agent cut the lines and put an end mark behind each
     */
    OutputSink sink(boolean isError, boolean isCut) {
        RankOutput output = isError ? err : out;
        return output.sieved(line -> onLine(output, line, isCut));
    }

    /** A line of ours among the rank's: for whoever reads its log. */
    void note(String sentence) {
        err.accept("rankmq: " + sentence);
    }

    /** Its connection is gone, as {@code client} and {@code why} tell. Tells the rank's end if its agent did not. */
    Optional<GangListener.Exit> lost(GangListener.Exit client, String why) {
        if (isTold) {
            return Optional.empty();
        }
        isTold = true;
        Integer known = code;
        if (known != null) {
            return Optional.of(GangListener.Exit.ofCode(rank(), host(), pid, known));
        }
        // Of a rank its end is enough; a command for a whole host has failed with its client.
        return Optional.of(
                rank() == GangListener.LAUNCHER ? client : new GangListener.Exit(rank(), host(), pid, null, null, why));
    }

    /** Whether its agent said how it ended; any thread. */
    boolean hasSaidExit() {
        return code != null;
    }

    private RankOutput output(boolean isError, LaunchRequest request) {
        var logs = request.logDirectory();
        return new RankOutput(
                rank(), host(), isError, listener, lastLines, logs == null ? null : logs.resolve(start.name()));
    }

    private void onLine(RankOutput output, String line, boolean isCut) {
        int at = line.indexOf(token);
        if (at < 0) {
            output.accept(line);
            return;
        }
        // What the rank wrote last may lack its end.
        int end = isCut && at > 0 ? at - 1 : at;
        if (end > 0) {
            output.accept(line.substring(0, end));
        }
        onWord(line.substring(at + token.length()).strip());
    }

    private void onWord(String words) {
        if (words.startsWith(STARTED)) {
            pid = Long.parseLong(words.substring(STARTED.length()).split(" ", 2)[0]);
            listener.onStarted(rank(), host(), pid);
        } else if (words.startsWith(EXIT)) {
            code = Integer.valueOf(words.substring(EXIT.length()));
            endsSeen++;
            if (endsSeen == 2 && !isTold) {
                isTold = true;
                listener.onExit(GangListener.Exit.ofCode(rank(), host(), pid, code));
            }
        }
    }
}
