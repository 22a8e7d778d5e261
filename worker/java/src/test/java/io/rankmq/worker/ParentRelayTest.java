// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ParentRelayTest {

    private record Fired(long ticket, Message.Event event) {}

    private final BlockingQueue<Fired> fired = new LinkedBlockingQueue<>();
    private final BlockingQueue<Long> abandoned = new LinkedBlockingQueue<>();
    private volatile boolean isOver;

    private final ParentRelay relay = new ParentRelay(new ParentRelay.Uplink() {
        @Override
        public boolean fire(long ticket, Message.Event event) {
            return !isOver && fired.add(new Fired(ticket, event));
        }

        @Override
        public void abandon(long ticket) {
            abandoned.add(ticket);
        }
    });

    private final RankEngine engine = new RankEngine(0, 1, relay);

    private Fired next() throws InterruptedException {
        Fired next = fired.poll(10, TimeUnit.SECONDS);
        assertThat(next).isNotNull();
        return next;
    }

    private static Thread start(Runnable work) {
        Thread thread = new Thread(work);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static Body changes(Map<String, Context.Property> set) {
        return ScriptedParent.encode(() -> Bodies.changes(new Context.Changes(set, Set.of())));
    }

    @Test
    void theAnswersChangesAreInTheContextAndTheMarksWithThem() throws InterruptedException {
        relay.room(1);
        Context context = engine.newContext();
        Thread firing = start(() -> relay.ask("e", context));
        Fired event = next();
        assertThat(event.event().awaited()).isTrue();
        Body answer = changes(Map.of(
                "answer",
                new Context.Property(42, true, true),
                ContextKeys.RANK_NUMBER,
                new Context.Property(9, true, true)));
        relay.answered(new RankAction.EventAnswered(event.ticket(), null, answer));
        firing.join();
        assertThat(context.property("answer")).isEqualTo(new Context.Property(42L, true, true));
        assertThat(context.get(ContextKeys.RANK_NUMBER)).isEqualTo(0L);
        assertThat(relay.failures()).isZero();
        assertThat(abandoned).isEmpty();
    }

    @Test
    void whatSaysWhoThisRankIsStaysHere() throws InterruptedException {
        relay.room(1);
        relay.post("e", engine.newContext().put("x", 1));
        Fired event = next();
        Map<String, Context.Property> sent =
                ScriptedParent.encode(() -> Bodies.readContext(event.event().body()));
        assertThat(sent).containsOnlyKeys("x");
    }

    @Test
    void onlyOneAnswerIsWaitedForAtATimeAndPostedEventsPassBy() throws InterruptedException {
        relay.room(3);
        Thread first = start(() -> relay.ask("first", engine.newContext()));
        Fired waited = next();
        Thread second = start(() -> relay.ask("second", engine.newContext()));
        await().until(() -> second.getState() == Thread.State.TIMED_WAITING);
        relay.post("posted", engine.newContext());
        assertThat(next().event().event()).isEqualTo("posted");
        assertThat(fired).isEmpty();
        relay.answered(new RankAction.EventAnswered(waited.ticket(), null, Body.NONE));
        first.join();
        Fired next = next();
        assertThat(next.event().event()).isEqualTo("second");
        relay.answered(new RankAction.EventAnswered(next.ticket(), null, Body.NONE));
        second.join();
    }

    @Test
    void withoutRoomAPosterWaits() throws InterruptedException {
        relay.room(1);
        relay.post("a", engine.newContext());
        Thread poster = start(() -> relay.post("b", engine.newContext()));
        await().until(() -> poster.getState() == Thread.State.WAITING);
        assertThat(fired).hasSize(1);
        relay.room(1);
        poster.join();
        assertThat(fired).extracting(event -> event.event().event()).containsExactly("a", "b");
    }

    @Test
    void anErrorForAnAnswerIsCountedAndNotThrown() throws InterruptedException {
        relay.room(1);
        Thread firing = start(() -> relay.ask("e", engine.newContext()));
        WireError error = WireError.of(ErrorCode.HANDLER_FAILED, "no");
        relay.answered(new RankAction.EventAnswered(next().ticket(), error, Body.NONE));
        firing.join();
        assertThat(relay.failures()).isEqualTo(1);
    }

    @Test
    void anInterruptedFirerStopsWaitingAndStaysInterrupted() throws InterruptedException {
        relay.room(1);
        boolean[] stillInterrupted = new boolean[1];
        Thread firing = start(() -> {
            relay.ask("e", engine.newContext());
            stillInterrupted[0] = Thread.currentThread().isInterrupted();
        });
        Fired event = next();
        firing.interrupt();
        firing.join();
        assertThat(stillInterrupted[0]).isTrue();
        assertThat(abandoned).containsExactly(event.ticket());
        assertThat(relay.failures()).isEqualTo(1);
    }

    @Test
    void anEventThatCannotTravelIsCountedAndNotThrown() {
        relay.room(2);
        relay.post("e".repeat(5000), engine.newContext());
        relay.ask("e".repeat(5000), engine.newContext());
        assertThat(relay.failures()).isEqualTo(2);
        assertThat(fired).isEmpty();
    }

    @Test
    void afterTheEndEventsAreCountedAndNotThrown() {
        relay.room(2);
        isOver = true;
        relay.post("a", engine.newContext());
        relay.ask("b", engine.newContext());
        assertThat(relay.failures()).isEqualTo(2);
    }
}
