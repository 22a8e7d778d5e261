// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.ProtocolException;
import java.util.BitSet;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Relays the parent's events to the ranks, one at a time. A failure is logged and counted; it is never thrown and never fires another
 * event, which could fail in turn and go on for ever.
 */
final class EventRelay {
    private static final Logger LOG = LoggerFactory.getLogger(EventRelay.class);

    private final SessionRuntime runtime;
    private final SessionLimits limits;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicLong relayed = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();

    EventRelay(SessionRuntime runtime, SessionLimits limits) {
        this.runtime = runtime;
        this.limits = limits;
    }

    /** Relays an event and merges rank 0's changes; waits for all living ranks if so wished, else for rank 0. */
    void relay(String eventType, Context context, boolean waitForAll) {
        try {
            if (!oneAtATime.tryLock(limits.relayTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                failed(eventType, "another event is being relayed for too long");
                return;
            }
            try {
                exchange(eventType, context, waitForAll);
            } finally {
                oneAtATime.unlock();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(eventType, "the thread was interrupted");
        }
    }

    /** Sends an event; waits only for room in the command log. */
    void post(String eventType, Context context) {
        try {
            Body body = Bodies.context(context);
            CompletableFuture<Optional<RankFailure>> sent = new CompletableFuture<>();
            runtime.post(eventType, body, sent::complete);
            runtime.await(sent, limits.relayTimeout())
                    .ifPresentOrElse(why -> failed(eventType, why.message()), relayed::incrementAndGet);
        } catch (ProtocolException e) {
            failed(eventType, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failed(eventType, "the thread was interrupted");
        }
    }

    long relayed() {
        return relayed.get();
    }

    long failures() {
        return failures.get();
    }

    private void exchange(String eventType, Context context, boolean waitForAll) throws InterruptedException {
        try {
            Body body = Bodies.context(context);
            CompletableFuture<Pending.Outcome<Message.EventHandled>> outcome = new CompletableFuture<>();
            runtime.relay(eventType, waitForAll ? null : rankZero(), body, outcome::complete);
            relayed.incrementAndGet();
            Pending.Outcome<Message.EventHandled> answered = runtime.await(outcome, limits.relayTimeout());
            Message.EventHandled ofRankZero = answered.answers().get(0);
            if (ofRankZero != null && !ofRankZero.body().isEmpty()) {
                context.apply(Bodies.readChanges(ofRankZero.body()));
            }
            if (answered.failure() != null) {
                failed(eventType, answered.failure().message());
            }
        } catch (ProtocolException e) {
            failed(eventType, String.valueOf(e.getMessage()));
        }
    }

    private void failed(String eventType, String why) {
        failures.incrementAndGet();
        LOG.warn("event {} was not relayed to the ranks, or not answered: {}", eventType, why);
    }

    private static BitSet rankZero() {
        BitSet rankZero = new BitSet();
        rankZero.set(0);
        return rankZero;
    }
}
