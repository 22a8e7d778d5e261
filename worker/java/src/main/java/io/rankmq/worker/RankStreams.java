// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;

/** The three numbered streams (docs/protocol.md, section 4) as a rank sees them. Loop thread only. */
final class RankStreams {
    private final Outbox out;
    private final CommandIntake commands = new CommandIntake();
    private final ReportLog reports = new ReportLog();
    private final EventUplink events = new EventUplink();

    RankStreams(Outbox out) {
        this.out = out;
    }

    CommandIntake commands() {
        return commands;
    }

    ReportLog reports() {
        return reports;
    }

    EventUplink events() {
        return events;
    }

    void acknowledged(Message.Ack ack) {
        if (ack.stream() == StreamName.EVENTS) {
            events.acknowledge(ack.upto(), out);
        } else {
            reports.acknowledge(ack.upto());
        }
    }

    void resend(Message.Resend wanted, long now) {
        if (wanted.stream() == StreamName.EVENTS) {
            events.resend(wanted.from(), now, out);
        } else {
            reports.resend(wanted.from(), now, out);
        }
    }

    /** Says how far the streams go. */
    void heartbeat() {
        out.control(new Message.RankHeartbeat(commands.carry(), reports.newest()));
        events.mark(out);
    }

    void tick(long now) {
        commands.tick(now, out);
        events.tick(now, out);
    }

    long nextDeadline() {
        return Timing.earlier(commands.nextDeadline(), events.nextDeadline());
    }
}
