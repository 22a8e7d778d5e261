// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;

/**
 * The parent's side of the streams of commands and reports (docs/protocol.md, section 4): who has taken what, what is acknowledged when, what
 * is asked for again. Used by the loop thread only.
 */
final class Deliveries {
    private static final long RESEND_NANOS = 20_000_000L;
    /** Bytes of a report that the rank should not have to keep for long. */
    private static final long LARGE_REPORT = 64 * 1024;

    private static final long REPORTS_PER_ACK = 64;

    private final RankTable ranks;
    private final CommandLog log;
    private final Outbox outbox;

    Deliveries(RankTable ranks, CommandLog log, Outbox outbox) {
        this.ranks = ranks;
        this.log = log;
        this.outbox = outbox;
    }

    /** A rank has taken all commands up to here. */
    void applied(RankSlot slot, long upto) {
        if (upto > slot.applied) {
            slot.applied = Math.min(upto, log.newest());
            log.acknowledge(ranks.appliedByAll());
        }
    }

    void onHeartbeat(RankSlot slot, Message.RankHeartbeat heartbeat, long now) {
        applied(slot, heartbeat.applied());
        if (slot.reports.isBehind(heartbeat.newest())) {
            askForReports(slot, now);
        } else {
            acknowledgeReports(slot);
        }
    }

    /** A rank lacks commands. */
    void onResend(RankSlot slot, long from, long now) {
        if (from <= log.acknowledged() || (slot.resentFrom == from && now - slot.resentAt < RESEND_NANOS)) {
            return;
        }
        slot.resentFrom = from;
        slot.resentAt = now;
        log.resend(slot.rank(), from);
    }

    /** Returns whether this report is the next one, and so to be taken. */
    boolean takes(RankSlot slot, long seq, Message report, long now) {
        switch (slot.reports.offer(seq)) {
            case NEXT -> {
                if (isAcknowledgedAtOnce(slot, report)) {
                    acknowledgeReports(slot);
                }
                return true;
            }
            case REPEAT -> acknowledgeReports(slot);
            case GAP -> askForReports(slot, now);
        }
        return false;
    }

    /** Others wait for the rank's next heartbeat: nothing depends on them but the rank's memory, and each costs the rank two wake-ups. */
    private static boolean isAcknowledgedAtOnce(RankSlot slot, Message report) {
        boolean isLast = report.kind() == Kind.LEAVING || report.kind() == Kind.FAILED;
        return isLast
                || report.body().size() > LARGE_REPORT
                || slot.reports.taken() - slot.reportsAcknowledged >= REPORTS_PER_ACK;
    }

    private void acknowledgeReports(RankSlot slot) {
        slot.reportsAcknowledged = slot.reports.taken();
        outbox.send(slot.rank(), new Message.Ack(StreamName.REPORTS, slot.reports.taken()));
    }

    private void askForReports(RankSlot slot, long now) {
        if (slot.reports.mayAsk(now)) {
            outbox.send(slot.rank(), new Message.Resend(StreamName.REPORTS, slot.reports.taken() + 1));
        }
    }
}
