// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.Context;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.OutputEvent;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.WireError;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Blocks the threads that fire events as the protocol wants it: one answer is waited for at a time, and nobody sends without room in the
 * window. Safe for use by many threads.
 */
final class ParentRelay implements EventRelay {
    private static final Logger LOG = LoggerFactory.getLogger(ParentRelay.class);

    /** Longer than handlers work in earnest; two sides that wait for each other are set free by it. */
    static final long DEADLINE_SECONDS = 60;

    /** In place of a ticket: output, for whose fate nobody waits. */
    static final long OUTPUT = 0;

    /** The loop's side. */
    interface Uplink {
        /** Hands the event to the core; false if the rank is over. */
        boolean fire(long ticket, Message.Event event);

        /** The answer of that ticket is not waited for any more. */
        void abandon(long ticket);
    }

    private record Answer(@Nullable WireError error, Body changes) {}

    private record Waiting(long ticket, CompletableFuture<Answer> answer) {}

    private final Uplink uplink;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);
    private final Semaphore room = new Semaphore(0, true);
    private final AtomicLong tickets = new AtomicLong();
    private final LongAdder failures = new LongAdder();
    private volatile @Nullable Waiting waiting;

    ParentRelay(Uplink uplink) {
        this.uplink = uplink;
    }

    /** The window has grown. Loop thread. */
    void room(int more) {
        room.release(more);
    }

    /** The answer has come. Loop thread. */
    void answered(RankAction.EventAnswered answered) {
        if (answered.ticket() == OUTPUT) {
            return;
        }
        Waiting current = waiting;
        if (current != null && current.ticket() == answered.ticket()) {
            current.answer().complete(new Answer(answered.error(), answered.changes()));
        } else {
            failed("event", "the session is over");
        }
    }

    /** Sends output if there is room for an event now. */
    boolean offer(Supplier<List<OutputEvent.Piece>> pieces) {
        return room.tryAcquire() && uplink.fire(OUTPUT, OutputEvent.of(pieces.get()));
    }

    /** Events that were not handled by the parent. */
    long failures() {
        return failures.sum();
    }

    @Override
    public void ask(String eventType, Context context) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        try {
            Message.Event event = event(eventType, true, context);
            if (!oneAtATime.tryLock(DEADLINE_SECONDS, TimeUnit.SECONDS)) {
                failed(eventType, "another event was not answered within " + DEADLINE_SECONDS + " s");
                return;
            }
            try {
                if (room.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    ask(event, context, deadline);
                } else {
                    failed(eventType, "the parent handled none of those before it within " + DEADLINE_SECONDS + " s");
                }
            } finally {
                oneAtATime.unlock();
            }
        } catch (ProtocolException | IllegalArgumentException cannotTravel) {
            failed(eventType, "it cannot travel: " + cannotTravel.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failed(eventType, "the thread that fired it was interrupted");
        }
    }

    @Override
    public void post(String eventType, Context context) {
        try {
            Message.Event event = event(eventType, false, context);
            // No deadline of its own: the parent's lease and CLOSE end the rank if no room ever comes.
            room.acquire();
            if (!uplink.fire(tickets.incrementAndGet(), event)) {
                failed(eventType, "the rank is over");
            }
        } catch (ProtocolException | IllegalArgumentException cannotTravel) {
            failed(eventType, "it cannot travel: " + cannotTravel.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            failed(eventType, "the thread that fired it was interrupted");
        }
    }

    private void ask(Message.Event event, Context context, long deadline)
            throws InterruptedException, ProtocolException {
        Waiting mine = new Waiting(tickets.incrementAndGet(), new CompletableFuture<>());
        waiting = mine;
        boolean answered = false;
        try {
            if (!uplink.fire(mine.ticket(), event)) {
                failed(event.event(), "the rank is over");
                return;
            }
            Answer answer = mine.answer().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            answered = true;
            WireError error = answer.error();
            if (error != null) {
                failed(event.event(), error.message());
            }
            context.apply(OwnProperties.without(Bodies.readChanges(answer.changes())));
        } catch (TimeoutException silent) {
            failed(event.event(), "the parent did not answer within " + DEADLINE_SECONDS + " s; its changes are lost");
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        } finally {
            waiting = null;
            if (!answered) {
                uplink.abandon(mine.ticket());
            }
        }
    }

    private static Message.Event event(String type, boolean awaited, Context context) throws ProtocolException {
        Context travels =
                new Context(context.engine(), OwnProperties.without(context.properties()), (name, property) -> {});
        return new Message.Event(type, awaited, Bodies.context(travels));
    }

    private void failed(String eventType, String why) {
        failures.increment();
        LOG.error("Event '{}' was not handled by the parent: {}", eventType, why);
    }
}
