// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;

/** How ranks get in (docs/protocol.md, section 6): JOIN, WELCOME or REFUSE, and the probes that prove a joined rank hears broadcasts. Loop thread only. */
final class Joins {
    private final String session;
    private final SessionLimits limits;
    private final RankTable ranks;
    private final CommandLog log;
    private final Deliveries deliveries;
    private final Outbox outbox;
    private final SessionEffects effects;
    private long refused;

    Joins(
            String session,
            SessionLimits limits,
            RankTable ranks,
            CommandLog log,
            Deliveries deliveries,
            Outbox outbox,
            SessionEffects effects) {
        this.session = session;
        this.limits = limits;
        this.ranks = ranks;
        this.log = log;
        this.deliveries = deliveries;
        this.outbox = outbox;
        this.effects = effects;
    }

    /** A rank wants in; {@code isOver} tells whether the session has failed or is closing. */
    void onJoin(RankSlot slot, Message.Join join, boolean isOver, long now) {
        WireError objection = isOver || slot.isOver()
                ? WireError.of(ErrorCode.SESSION_CLOSED, "session " + session + " is over")
                : JoinRules.objection(slot, join, ranks.size());
        if (objection == null) {
            admit(slot, join, now);
        } else {
            refuse(slot.rank(), objection);
        }
    }

    /** A JOIN that is not of this incarnation, or not of the rank to which the key belongs. */
    void refuseForeign(int rank) {
        refuse(rank, WireError.of(ErrorCode.FORBIDDEN, "this key is for rank " + rank + " of session " + session));
    }

    /** Returns whether all ranks are ready now, and were not before. */
    boolean onEcho(RankSlot slot, long nonce) {
        if (!ranks.proves(slot, nonce) || !slot.moveTo(RankInfo.State.READY)) {
            return false;
        }
        effects.rankChanged(slot.info());
        return ranks.allReady();
    }

    /** Broadcasts a probe if one is due. */
    void probe(long now) {
        Long nonce = ranks.dueProbe(now);
        if (nonce != null) {
            outbox.broadcast(new Message.Probe(nonce));
        }
    }

    long refused() {
        return refused;
    }

    private void admit(RankSlot slot, Message.Join join, long now) {
        boolean first = !slot.isIn();
        slot.joined(join);
        slot.heardAt = now;
        deliveries.applied(slot, join.applied());
        ParentData.Offer offer = effects.offer(slot.rank(), join);
        outbox.send(
                slot.rank(),
                new Message.Welcome(
                        JoinRules.PROTOCOL_VERSION,
                        ranks.size(),
                        log.newest(),
                        (int) limits.heartbeat().toMillis(),
                        (int) limits.lease().toMillis(),
                        limits.eventWindow(),
                        offer.data(),
                        offer.store()));
        ranks.probeFromNow(slot, now);
        probe(now);
        if (first) {
            effects.joined(slot.rank(), join.host(), join.pid());
        }
        effects.rankChanged(slot.info());
    }

    private void refuse(int rank, WireError why) {
        refused++;
        outbox.send(rank, new Message.Refuse(why));
    }
}
