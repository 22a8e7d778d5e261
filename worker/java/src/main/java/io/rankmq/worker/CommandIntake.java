// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import io.rankmq.stream.InboundSequence;

/**
 * Takes the commands in order, asks for what is missing, and acknowledges: in passing if another message goes out soon, else by an ACK
 * of its own. Loop thread only.
 */
final class CommandIntake {
    private final InboundSequence sequence = new InboundSequence();
    private long ackDue = Timing.NEVER;

    /** Whether the command with that number is the next one; it is taken then. */
    boolean take(long seq, long now, Outbox out) {
        InboundSequence.Verdict verdict = sequence.offer(seq);
        if (verdict == InboundSequence.Verdict.GAP) {
            ask(now, out);
        } else if (ackDue == Timing.NEVER) {
            ackDue = now + Timing.ACK_DELAY;
        }
        return verdict == InboundSequence.Verdict.NEXT;
    }

    /** The parent's newest command has this number. */
    void mark(long newest, long now, Outbox out) {
        if (sequence.isBehind(newest)) {
            ask(now, out);
        }
    }

    /** The last command taken, for a message that is sent now and so acknowledges it. */
    long carry() {
        ackDue = Timing.NEVER;
        return sequence.taken();
    }

    void tick(long now, Outbox out) {
        if (Timing.isDue(ackDue, now)) {
            out.control(new Message.Ack(StreamName.COMMANDS, carry()));
        }
    }

    long nextDeadline() {
        return ackDue;
    }

    /** How many commands came again. */
    long repeats() {
        return sequence.repeats();
    }

    /** How many commands came before one that was missing. */
    long gaps() {
        return sequence.gaps();
    }

    private void ask(long now, Outbox out) {
        if (sequence.mayAsk(now)) {
            out.control(new Message.Resend(StreamName.COMMANDS, sequence.taken() + 1));
        }
    }
}
