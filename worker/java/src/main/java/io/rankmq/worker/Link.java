// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;

/**
 * The connection to the parent as far as time matters: when to join, to join again, to rebuild the sockets, to send a heartbeat, and
 * when to give up. Loop thread only.
 */
final class Link {

    /** What a tick found out. */
    enum Finding {
        FINE,
        /** No WELCOME in time. */
        NOT_WELCOMED,
        /** The parent was silent for a lease. */
        LEASE_OVER
    }

    /** Heartbeats that the parent may take after this process slept. */
    private static final int BEATS_AFTER_SLEEP = 3;

    private final RankIdentity identity;
    private final long startedAt;
    private boolean welcomed;
    private boolean joining = true;
    private long attemptAt;
    private long nextJoin;
    private long heartbeat = Timing.NEVER;
    private long lease;
    private long nextHeartbeat = Timing.NEVER;
    private long heardAt;
    private long broadcastAt;
    private long rebuilds;
    private long tickedAt;

    Link(RankIdentity identity, long now) {
        this.identity = identity;
        startedAt = now;
        attemptAt = now;
        nextJoin = now;
        tickedAt = now;
    }

    /** A message of the parent has come. */
    void heard(Channel channel, long now) {
        heardAt = now;
        if (channel == Channel.BROADCAST) {
            broadcastAt = now;
        }
    }

    /** A part of a message came then; heartbeats wait behind it. */
    void arriving(Channel channel, long at) {
        heardAt = Timing.later(heardAt, at);
        if (channel == Channel.BROADCAST) {
            broadcastAt = Timing.later(broadcastAt, at);
        }
    }

    /** The parent has accepted the join. Whether this ended a join, the first or a later one. */
    boolean welcomed(Message.Welcome welcome, long now) {
        boolean wasJoining = joining;
        welcomed = true;
        joining = false;
        heardAt = now;
        heartbeat = Timing.millis(welcome.heartbeat());
        lease = Timing.millis(welcome.lease());
        if (wasJoining) {
            broadcastAt = now;
            nextHeartbeat = now + heartbeat;
        }
        return wasJoining;
    }

    /** Acts if something is due. */
    Finding tick(long now, CommandIntake intake, Outbox out) {
        if (!welcomed && now - startedAt >= Timing.JOIN_DEADLINE) {
            return Finding.NOT_WELCOMED;
        }
        forgiveSleep(now);
        if (welcomed && now - heardAt >= lease) {
            return Finding.LEASE_OVER;
        }
        if (!joining && now - broadcastAt >= lease / 2) {
            joining = true;
            rebuild(now, out);
        } else if (joining && now - attemptAt >= Timing.REBUILD_AFTER) {
            rebuild(now, out);
        }
        if (joining && Timing.isDue(nextJoin, now)) {
            nextJoin = now + Timing.JOIN_EVERY;
            out.control(join(intake));
        }
        return Finding.FINE;
    }

    /** If this process slept (a suspended machine, SIGSTOP), the parent may have slept too: it gets the time to be heard again. */
    private void forgiveSleep(long now) {
        if (welcomed && now - tickedAt > lease / 2) {
            heardAt = Timing.later(heardAt, now - lease + BEATS_AFTER_SLEEP * heartbeat);
        }
        tickedAt = now;
    }

    /** Whether a heartbeat is due; counts it as sent. */
    boolean takeHeartbeat(long now) {
        if (!Timing.isDue(nextHeartbeat, now)) {
            return false;
        }
        nextHeartbeat = now + heartbeat;
        return true;
    }

    long nextDeadline() {
        long next = welcomed ? heardAt + lease : startedAt + Timing.JOIN_DEADLINE;
        next = Timing.earlier(next, nextHeartbeat);
        return joining
                ? Timing.earlier(next, Timing.earlier(nextJoin, attemptAt + Timing.REBUILD_AFTER))
                : Timing.earlier(next, broadcastAt + lease / 2);
    }

    long leaseNanos() {
        return lease;
    }

    /** How often the sockets were rebuilt. */
    long rebuilds() {
        return rebuilds;
    }

    private void rebuild(long now, Outbox out) {
        rebuilds++;
        attemptAt = now;
        nextJoin = now;
        out.add(new RankAction.RebuildSockets());
    }

    private Message join(CommandIntake intake) {
        return new Message.Join(
                MessageCodec.VERSION,
                MessageCodec.VERSION,
                identity.worldSize(),
                intake.carry(),
                identity.host(),
                identity.pid(),
                RankIdentity.LANGUAGE,
                identity.runtime(),
                identity.resolvesReferences() ? 1 : null,
                identity.store());
    }
}
