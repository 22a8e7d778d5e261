// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import io.rankmq.stream.OutboundLog;
import org.jspecify.annotations.Nullable;

/**
 * The events of this rank, kept until the parent has them; the one that somebody waits for is kept until it is answered. Loop thread
 * only.
 */
final class EventUplink {

    /** The event that somebody waits for. */
    private record Awaited(long ticket, long seq, Message.Event event) {}

    private final ResendLimit limit = new ResendLimit();
    private @Nullable OutboundLog<Message.Event> log;
    private @Nullable Awaited awaited;
    private long askAgain = Timing.NEVER;
    private long lastSent;
    private long markDue = Timing.NEVER;
    private long staleReplies;

    /** The first WELCOME tells how many events may be unacknowledged; later ones change nothing. */
    void open(int window, Outbox out) {
        if (log == null) {
            log = new OutboundLog<>(window, Long.MAX_VALUE);
            out.add(new RankAction.EventRoom(window));
        }
    }

    /**
     * Sends an event; whoever fires it has room for it and, to wait, knows that nobody else waits.
     *
     * @throws IllegalStateException if there is no room, or somebody waits already
     */
    void fire(long ticket, Message.Event event, long now, Outbox out) {
        OutboundLog<Message.Event> open = log;
        if (open == null || (event.awaited() && awaited != null)) {
            throw new IllegalStateException("an event was fired before its time");
        }
        long seq = open.append(event, event.body().size());
        if (event.awaited()) {
            awaited = new Awaited(ticket, seq, event);
            lastSent = now;
        }
        out.add(new RankAction.SendEvent(event, seq));
    }

    /** Nobody waits for the answer to that event any more. */
    void abandon(long ticket) {
        if (awaited != null && awaited.ticket() == ticket) {
            forget();
        }
    }

    void acknowledge(long upto, Outbox out) {
        if (log == null) {
            return;
        }
        int before = log.size();
        log.acknowledge(upto);
        if (before > log.size()) {
            out.add(new RankAction.EventRoom(before - log.size()));
        }
        if (awaited != null && awaited.seq() <= upto && askAgain == Timing.NEVER) {
            // The answer goes out before the acknowledgement, so it is lost.
            askAgain = lastSent + Timing.ASK_REPLY_AGAIN;
        }
    }

    void replied(Message.EventReply reply, Outbox out) {
        if (awaited == null || awaited.seq() != reply.eventSeq()) {
            staleReplies++;
            return;
        }
        out.add(new RankAction.EventAnswered(awaited.ticket(), reply.error(), reply.body()));
        forget();
    }

    /** Tells whoever waits that no answer will come. */
    void giveUp(ErrorCode code, String why, Outbox out) {
        if (awaited != null) {
            out.add(new RankAction.EventAnswered(awaited.ticket(), WireError.of(code, why), Body.NONE));
            forget();
        }
    }

    void resend(long from, long now, Outbox out) {
        if (log != null && limit.mayObey(from, now)) {
            log.from(from).forEach(entry -> out.add(new RankAction.SendEvent(entry.message(), entry.seq())));
        }
    }

    /** Says how far the stream goes, if anything in it is not acknowledged. */
    void mark(Outbox out) {
        if (log != null && log.size() > 0) {
            out.add(new RankAction.SendEvent(new Message.Mark(log.newest()), 0));
        }
    }

    /** How many events the parent has not acknowledged. */
    int unacknowledged() {
        return log == null ? 0 : log.size();
    }

    /** The rank waits for nothing but acknowledgements: from now on it says often how far the stream goes. */
    void insist(long now) {
        if (markDue == Timing.NEVER) {
            markDue = now;
        }
    }

    void tick(long now, Outbox out) {
        if (Timing.isDue(markDue, now)) {
            markDue = now + Timing.MARK_AGAIN;
            mark(out);
        }
        if (awaited != null && Timing.isDue(askAgain, now)) {
            askAgain = now + Timing.ASK_REPLY_AGAIN;
            out.add(new RankAction.SendEvent(awaited.event(), awaited.seq()));
        }
    }

    long nextDeadline() {
        return Timing.earlier(askAgain, markDue);
    }

    /** How many answers came that nobody waited for. */
    long staleReplies() {
        return staleReplies;
    }

    private void forget() {
        awaited = null;
        askAgain = Timing.NEVER;
    }
}
