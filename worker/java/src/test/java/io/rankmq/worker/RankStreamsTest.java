// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static io.rankmq.worker.CoreBench.ackEvents;
import static io.rankmq.worker.CoreBench.ackReports;
import static io.rankmq.worker.CoreBench.event;
import static io.rankmq.worker.CoreBench.execute;
import static io.rankmq.worker.CoreBench.only;
import static io.rankmq.worker.CoreBench.sent;
import static io.rankmq.worker.CoreBench.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.ReturnCode;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.util.List;
import org.junit.jupiter.api.Test;

class RankStreamsTest {
    private final CoreBench bench = CoreBench.initialised();

    private static Message.Event waits(String type) {
        return new Message.Event(type, true, CoreBench.SOME_BODY);
    }

    private static Message.Event posted(String type) {
        return new Message.Event(type, false, CoreBench.SOME_BODY);
    }

    @Test
    void aCommandThatComesTwiceRunsOnceAndIsAcknowledgedAgain() {
        assertThat(started(bench.command(2, execute("a")))).containsExactly("T:a");
        bench.advance(100, bench::heartbeat);
        assertThat(bench.direct(2, execute("a"))).isEmpty();
        assertThat(only(Message.Ack.class, sent(bench.advance(50))))
                .containsExactly(new Message.Ack(StreamName.COMMANDS, 2));
        assertThat(bench.core.counters().repeats()).isEqualTo(1);
    }

    @Test
    void aGapIsDroppedCountedAndAskedForNotMoreOftenThanEach50Milliseconds() {
        assertThat(sent(bench.command(4, event("c")))).containsExactly(new Message.Resend(StreamName.COMMANDS, 2));
        assertThat(bench.command(5, event("d"))).isEmpty();
        bench.advance(49);
        assertThat(bench.command(6, event("e"))).isEmpty();
        bench.advance(1);
        assertThat(sent(bench.command(7, event("f")))).containsExactly(new Message.Resend(StreamName.COMMANDS, 2));
        assertThat(bench.core.counters().gaps()).isEqualTo(4);
        assertThat(started(bench.direct(2, event("a")))).containsExactly("E:a");
    }

    @Test
    void aLostLastCommandIsNoticedByTheHeartbeat() {
        assertThat(bench.broadcast(new Message.ParentHeartbeat(1))).isEmpty();
        assertThat(sent(bench.broadcast(new Message.ParentHeartbeat(2))))
                .containsExactly(new Message.Resend(StreamName.COMMANDS, 2));
    }

    @Test
    void aCommandIsAcknowledgedWithin50MillisecondsIfNothingElseIsSent() {
        bench.command(2, execute("a"));
        List<RankAction> actions = bench.advance(50, bench::heartbeat);
        assertThat(sent(actions)).containsExactly(new Message.Ack(StreamName.COMMANDS, 2));
        assertThat(only(Message.Ack.class, sent(bench.advance(2000, bench::heartbeat))))
                .isEmpty();
    }

    @Test
    void aReportCarriesTheAcknowledgementWithIt() {
        bench.command(2, execute("a"));
        assertThat(sent(bench.core.taskDone(ReturnCode.OK, null, Body.NONE, bench.now())))
                .containsExactly(new Message.Result(2, "a", "OK", null, Body.NONE));
        assertThat(only(Message.Ack.class, sent(bench.advance(400)))).isEmpty();
    }

    @Test
    void heartbeatsSayWhatIsAppliedAndTheNewestReport() {
        List<Message> beats = sent(bench.advance(2000, bench::heartbeat));
        assertThat(beats).hasSize(4).containsOnly(new Message.RankHeartbeat(1, 1));
    }

    @Test
    void reportsAreSentAgainFromTheNumberThatIsAskedFor() {
        for (int seq = 2; seq <= 3; seq++) {
            bench.command(seq, execute("t" + seq));
            bench.core.taskDone(ReturnCode.OK, null, Body.NONE, bench.now());
        }
        bench.direct(ackReports(1));
        List<RankAction> again = bench.direct(new Message.Resend(StreamName.REPORTS, 2));
        assertThat(only(RankAction.SendControl.class, again))
                .extracting(RankAction.SendControl::seq)
                .containsExactly(2L, 3L);
        assertThat(bench.direct(new Message.Resend(StreamName.REPORTS, 2))).isEmpty();
        bench.advance(50);
        assertThat(bench.direct(new Message.Resend(StreamName.REPORTS, 2))).hasSize(2);
        bench.direct(ackReports(3));
        bench.advance(50);
        assertThat(bench.direct(new Message.Resend(StreamName.REPORTS, 2))).isEmpty();
    }

    @Test
    void eventsAreNumberedAndSentAgainFromTheNumberThatIsAskedFor() {
        bench.core.fire(1, posted("a"), bench.now());
        assertThat(bench.core.fire(2, posted("b"), bench.now()))
                .containsExactly(new RankAction.SendEvent(posted("b"), 2));
        assertThat(bench.direct(new Message.Resend(StreamName.EVENTS, 1)))
                .containsExactly(new RankAction.SendEvent(posted("a"), 1), new RankAction.SendEvent(posted("b"), 2));
    }

    @Test
    void aMarkGoesBesideEachHeartbeatWhileAnEventIsNotAcknowledged() {
        bench.core.fire(1, posted("a"), bench.now());
        assertThat(only(Message.Mark.class, sent(bench.advance(1000, bench::heartbeat))))
                .containsExactly(new Message.Mark(1), new Message.Mark(1));
        bench.direct(ackEvents(1));
        assertThat(only(Message.Mark.class, sent(bench.advance(1000, bench::heartbeat))))
                .isEmpty();
    }

    @Test
    void anAcknowledgementMakesRoomForAsManyEventsAsItCovers() {
        for (int i = 1; i <= CoreBench.WINDOW; i++) {
            bench.core.fire(i, posted("e" + i), bench.now());
        }
        assertThatThrownBy(() -> bench.core.fire(9, posted("over"), bench.now()))
                .isInstanceOf(IllegalStateException.class);
        assertThat(bench.direct(ackEvents(2))).containsExactly(new RankAction.EventRoom(2));
        assertThat(bench.direct(ackEvents(2))).isEmpty();
        assertThat(bench.core.fire(10, posted("fits"), bench.now())).hasSize(1);
    }

    @Test
    void theAnswerGoesToWhoeverWaitsAndItsChangesWithIt() {
        bench.core.fire(7, waits("a"), bench.now());
        assertThat(bench.direct(new Message.EventReply(1, null, CoreBench.SOME_BODY)))
                .containsExactly(new RankAction.EventAnswered(7, null, CoreBench.SOME_BODY));
        assertThat(bench.direct(new Message.EventReply(1, null, CoreBench.SOME_BODY)))
                .isEmpty();
        assertThat(bench.core.counters().staleReplies()).isEqualTo(1);
    }

    @Test
    void onlyOneEventIsAwaitedAtATime() {
        bench.core.fire(7, waits("a"), bench.now());
        assertThatThrownBy(() -> bench.core.fire(8, waits("b"), bench.now())).isInstanceOf(IllegalStateException.class);
        assertThat(bench.core.fire(9, posted("c"), bench.now())).hasSize(1);
        bench.direct(new Message.EventReply(1, null, Body.NONE));
        assertThat(bench.core.fire(10, waits("b"), bench.now())).hasSize(1);
    }

    @Test
    void anEventWhoseAnswerIsLostIsSentAgainEach500Milliseconds() {
        bench.core.fire(7, waits("a"), bench.now());
        bench.direct(ackEvents(1));
        assertThat(only(Message.Event.class, sent(bench.advance(499, bench::heartbeat))))
                .isEmpty();
        List<RankAction> again = bench.advance(1501, bench::heartbeat);
        assertThat(only(RankAction.SendEvent.class, again))
                .hasSize(4)
                .containsOnly(new RankAction.SendEvent(waits("a"), 1));
        bench.direct(new Message.EventReply(1, null, Body.NONE));
        assertThat(only(RankAction.SendEvent.class, bench.advance(2000, bench::heartbeat)))
                .isEmpty();
    }

    @Test
    void anEventThatNobodyWaitsForAnyMoreIsNotSentAgainAndItsAnswerIsStale() {
        bench.core.fire(7, waits("a"), bench.now());
        bench.direct(ackEvents(1));
        bench.core.abandon(7);
        assertThat(only(Message.Event.class, sent(bench.advance(2000, bench::heartbeat))))
                .isEmpty();
        assertThat(bench.direct(new Message.EventReply(1, null, Body.NONE))).isEmpty();
        assertThat(bench.core.fire(8, waits("b"), bench.now())).hasSize(1);
    }

    @Test
    void whoeverWaitsForAnAnswerIsToldThatTheSessionIsOver() {
        bench.core.fire(7, waits("a"), bench.now());
        List<RankAction> actions = bench.core.fail(WireError.of(ErrorCode.INTERNAL, "bug"), bench.now());
        assertThat(only(RankAction.EventAnswered.class, actions))
                .singleElement()
                .satisfies(answered -> assertThat(answered.ticket()).isEqualTo(7))
                .satisfies(answered -> assertThat(answered.error()).isNotNull());
        assertThat(only(RankAction.EventAnswered.class, bench.core.fire(8, posted("late"), bench.now())))
                .hasSize(1);
        assertThat(bench.core.counters().lateEvents()).isEqualTo(1);
    }
}
