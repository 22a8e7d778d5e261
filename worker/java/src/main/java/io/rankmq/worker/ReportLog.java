// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Message;
import io.rankmq.stream.OutboundLog;

/** The reports of this rank, kept until the parent has them. The number of commands bounds that of reports. Loop thread only. */
final class ReportLog {
    private final OutboundLog<Message> log = new OutboundLog<>(Integer.MAX_VALUE, Long.MAX_VALUE);
    private final ResendLimit limit = new ResendLimit();

    /** Sends a report; its number. */
    long send(Message report, Outbox out) {
        long seq = log.append(report, report.body().size());
        out.add(new RankAction.SendControl(report, seq));
        return seq;
    }

    void acknowledge(long upto) {
        log.acknowledge(upto);
    }

    boolean isAcknowledged(long seq) {
        return log.acknowledged() >= seq;
    }

    void resend(long from, long now, Outbox out) {
        if (limit.mayObey(from, now)) {
            log.from(from).forEach(entry -> out.add(new RankAction.SendControl(entry.message(), entry.seq())));
        }
    }

    long newest() {
        return log.newest();
    }
}
