// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.GangListener;
import io.rankmq.protocol.Message;
import io.rankmq.stream.InboundSequence;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parent knows of one rank. Written only by the loop thread.
 *
 * <pre>
 *   Absent --JOIN--> Joining --ECHO--> Ready --LEAVING--> Left
 *                       ^----JOIN--------'
 *   any but Left and Lost --death, silence, failure--> Lost
 * </pre>
 */
final class RankSlot {
    private final int rank;
    private final int attempt;
    private RankInfo.State state = RankInfo.State.ABSENT;
    private @Nullable String host;
    /** The host as the launcher calls it; the rank itself may know it by another name. */
    private @Nullable String placedOn;

    private @Nullable Long pid;
    private @Nullable String language;
    private @Nullable String runtime;
    private GangListener.@Nullable Exit exit;

    final InboundSequence reports = new InboundSequence();
    final InboundSequence events = new InboundSequence();
    /** Last command that the rank has taken. */
    long applied;
    /** When the rank was last heard. */
    long heardAt;
    /** Last event that the parent's handlers have handled. */
    long eventsHandled;

    long eventsAcknowledged;
    /** Last report that was acknowledged. */
    long reportsAcknowledged;
    /** Bytes of events that wait for the parent's handlers. */
    long eventBytesWaiting;
    /** Number of the last event whose sender waits or waited, and the answer once there is one. */
    long repliedEvent;

    @Nullable
    List<ByteBuffer> eventReply;
    /** Set when the process ended while its last words may still be on the way. */
    long exitDueAt = NEVER;

    long resentFrom;
    long resentAt;

    static final long NEVER = Long.MAX_VALUE;

    RankSlot(int rank, int attempt, long now) {
        this.rank = rank;
        this.attempt = attempt;
        this.heardAt = now;
    }

    int rank() {
        return rank;
    }

    RankInfo.State state() {
        return state;
    }

    boolean isIn() {
        return state == RankInfo.State.JOINING || state == RankInfo.State.READY;
    }

    boolean isOver() {
        return state == RankInfo.State.LEFT || state == RankInfo.State.LOST;
    }

    @Nullable
    String host() {
        return host;
    }

    /** The host by its launcher's name, or as the rank named it if no launcher did. */
    @Nullable
    String place() {
        return placedOn == null ? host : placedOn;
    }

    @Nullable
    Long pid() {
        return pid;
    }

    GangListener.@Nullable Exit exit() {
        return exit;
    }

    void started(String where, long processId) {
        placedOn = where;
        if (state == RankInfo.State.ABSENT) {
            host = where;
            pid = processId;
        }
    }

    void joined(Message.Join join) {
        state = RankInfo.State.JOINING;
        host = join.host();
        pid = join.pid();
        language = join.language();
        runtime = join.runtime();
    }

    /** The one place where a state changes other than by JOIN; returns whether it did. */
    boolean moveTo(RankInfo.State next) {
        boolean allowed =
                switch (next) {
                    case READY -> state == RankInfo.State.JOINING;
                    case LEFT -> isIn();
                    case LOST -> !isOver();
                    case ABSENT, JOINING -> false;
                };
        if (allowed) {
            state = next;
        }
        return allowed;
    }

    void exited(GangListener.Exit how) {
        exit = how;
    }

    /** Events taken and not handled yet. */
    long eventsWaiting() {
        return events.taken() - eventsHandled;
    }

    RankInfo info() {
        return new RankInfo(rank, state, host, pid, language, runtime, attempt, exit == null ? null : exit.describe());
    }

    /** For a sentence: {@code rank 2 on host a (pid 17)}. */
    String name() {
        StringBuilder name = new StringBuilder("rank ").append(rank);
        if (host != null) {
            name.append(" on host ").append(host);
        }
        if (pid != null) {
            name.append(" (pid ").append(pid).append(')');
        }
        return name.toString();
    }
}
