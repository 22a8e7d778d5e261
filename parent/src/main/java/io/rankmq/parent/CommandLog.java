// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.stream.OutboundLog;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The commands of one incarnation, in order.
 *
 * <p>PUB drops silently: to a subscriber that is slow, that has not finished its handshake, or that is reconnecting. So commands are a
 * log, and PUB is only its fast path. Every command gets the next number, is encoded once, broadcast once, and kept until the slowest
 * rank has acknowledged it. A rank takes commands in order and asks over its own channel for what it misses; heartbeats carry the newest
 * number, so that a lost last command is noticed too. A rank that joins late, or again after a cut, is a rank that misses much.
 *
 * <p>The log is bounded. When it is full, further commands wait here in order, un-numbered, until the ranks have acknowledged some; whoever
 * waits for an answer has a deadline, which covers this wait too.
 *
 * <p>Used by the loop thread only.
 */
final class CommandLog {

    /** So many commands may be unacknowledged. */
    static final int MAX_COMMANDS = 1024;

    /** So many bytes may be unacknowledged. */
    static final long MAX_BYTES = 16L << 30;

    private record Waiting(Message command, LongConsumer numbered) {}

    private final String session;
    private final int incarnation;
    private final SessionEffects effects;
    private final OutboundLog<List<ByteBuffer>> log = new OutboundLog<>(MAX_COMMANDS, MAX_BYTES);
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private long resent;

    CommandLog(String session, int incarnation, SessionEffects effects) {
        this.session = session;
        this.incarnation = incarnation;
        this.effects = effects;
    }

    /** Broadcasts a command, now or as soon as there is room; {@code numbered} is told its number just before it is sent. */
    void submit(Message command, LongConsumer numbered) {
        if (log.isFull() || !waiting.isEmpty()) {
            waiting.addLast(new Waiting(command, numbered));
        } else {
            send(command, numbered);
        }
    }

    /** Every rank has taken everything up to here. */
    void acknowledge(long upto) {
        log.acknowledge(upto);
        while (!waiting.isEmpty() && !log.isFull()) {
            Waiting next = waiting.removeFirst();
            send(next.command(), next.numbered());
        }
    }

    /** Sends one rank everything from this number on that is still kept. */
    void resend(int rank, long from) {
        for (OutboundLog.Entry<List<ByteBuffer>> entry : log.from(from)) {
            effects.send(rank, entry.message());
            resent++;
        }
    }

    long newest() {
        return log.newest();
    }

    /** Everything up to here was acknowledged by every rank, and is forgotten. */
    long acknowledged() {
        return log.acknowledged();
    }

    long resent() {
        return resent;
    }

    private void send(Message command, LongConsumer numbered) {
        long seq = log.nextSeq();
        List<ByteBuffer> frames =
                MessageCodec.encode(new Envelope(session, incarnation, Envelope.PARENT, seq), command);
        long bytes = frames.stream().mapToLong(ByteBuffer::remaining).sum();
        log.append(frames, bytes);
        numbered.accept(seq);
        effects.broadcast(frames);
    }
}
