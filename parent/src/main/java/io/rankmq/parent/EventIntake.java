// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import io.rankmq.stream.InboundSequence;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parent's end of the ranks' event streams: takes events in order, has them handled, acknowledges what is handled, and answers those
 * that wait. What waits here is bounded: beyond the window, or beyond {@link #MAX_WAITING_BYTES} of one rank, an event is dropped and counted as if
 * it had been lost, and comes again when there is room. Used by the loop thread only.
 */
final class EventIntake {

    /** So many bytes of one rank's events may wait for the handlers. */
    static final long MAX_WAITING_BYTES = 256L << 20;

    private final String session;
    private final int incarnation;
    private final int window;
    private final SessionEffects effects;
    private long handled;
    private long refused;

    EventIntake(String session, int incarnation, int window, SessionEffects effects) {
        this.session = session;
        this.incarnation = incarnation;
        this.window = window;
        this.effects = effects;
    }

    void onEvent(RankSlot slot, long seq, Message.Event event, long now) {
        if (seq > slot.events.taken()
                && (slot.eventsWaiting() >= window || slot.eventBytesWaiting >= MAX_WAITING_BYTES)) {
            refused++;
            return;
        }
        switch (slot.events.offer(seq)) {
            case NEXT -> {
                slot.eventBytesWaiting += event.body().size();
                effects.fireEvent(slot.rank(), seq, event);
            }
            case REPEAT -> answerAgain(slot, seq);
            case GAP -> askAgain(slot, now);
        }
    }

    void onMark(RankSlot slot, long newest, long now) {
        if (slot.events.isBehind(newest) && slot.eventsWaiting() < window) {
            askAgain(slot, now);
        } else if (slot.eventsAcknowledged < slot.eventsHandled || newest <= slot.eventsHandled) {
            acknowledge(slot);
        }
    }

    /**
     * The handlers have returned.
     *
     * @param seq the last event that is handled; all before it are too
     * @param count how many events that are, {@code bytes} how many bytes
     * @param reply answer to {@code seq} if its sender waits, else null
     */
    void onHandled(RankSlot slot, long seq, long count, long bytes, @Nullable Body reply, @Nullable WireError error) {
        handled += count;
        slot.eventsHandled = Math.max(slot.eventsHandled, seq);
        slot.eventBytesWaiting -= bytes;
        if (reply != null || error != null) {
            slot.repliedEvent = seq;
            slot.eventReply = encode(new Message.EventReply(seq, error, reply == null ? Body.NONE : reply));
            effects.send(slot.rank(), slot.eventReply);
        }
        acknowledge(slot);
    }

    long handled() {
        return handled;
    }

    long refused() {
        return refused;
    }

    private void answerAgain(RankSlot slot, long seq) {
        List<ByteBuffer> reply = slot.eventReply;
        if (reply != null && slot.repliedEvent == seq) {
            effects.send(slot.rank(), reply);
        }
        acknowledge(slot);
    }

    private void acknowledge(RankSlot slot) {
        slot.eventsAcknowledged = slot.eventsHandled;
        effects.send(slot.rank(), encode(new Message.Ack(StreamName.EVENTS, slot.eventsHandled)));
    }

    private void askAgain(RankSlot slot, long now) {
        InboundSequence events = slot.events;
        if (events.mayAsk(now)) {
            effects.send(slot.rank(), encode(new Message.Resend(StreamName.EVENTS, events.taken() + 1)));
        }
    }

    private List<ByteBuffer> encode(Message message) {
        return MessageCodec.encode(new Envelope(session, incarnation, Envelope.PARENT, Envelope.UNNUMBERED), message);
    }
}
