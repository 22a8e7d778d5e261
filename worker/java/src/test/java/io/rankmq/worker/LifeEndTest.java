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

import io.rankmq.api.ReturnCode;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.util.List;
import org.junit.jupiter.api.Test;

/** CLOSE, FAILED and SIGTERM. */
class LifeEndTest {
    private final CoreBench bench = CoreBench.initialised();

    private static Message.Event up() {
        return new Message.Event("up", false, Body.NONE);
    }

    private List<RankAction> taskDone(ReturnCode code) {
        return bench.core.taskDone(code, null, Body.NONE, bench.now());
    }

    @Test
    void closeOfAnIdleRankSaysLeavingAndEndsWith0OnceThatIsAcknowledged() {
        List<RankAction> actions = bench.command(2, new Message.Close(2000, "done"));
        assertThat(actions).containsExactly(new RankAction.SendControl(new Message.Leaving(2, "done"), 2));
        assertThat(bench.direct(ackReports(1))).isEmpty();
        assertThat(bench.direct(ackReports(2))).containsExactly(new RankAction.End(0, "done"));
    }

    @Test
    void theAcknowledgementOfLeavingIsWaitedForAtMostASecond() {
        bench.command(2, new Message.Close(5000, "done"));
        assertThat(only(RankAction.End.class, bench.advance(999))).isEmpty();
        assertThat(only(RankAction.End.class, bench.advance(1))).containsExactly(new RankAction.End(0, "done"));
    }

    @Test
    void aRankThatSleptGivesItsParentThreeHeartbeatsToBeHeard() {
        bench.sleep(60_000);
        assertThat(only(RankAction.End.class, bench.advance(3 * CoreBench.HEARTBEAT - 1)))
                .isEmpty();
        assertThat(only(RankAction.End.class, bench.advance(1)))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isEqualTo(4));
    }

    @Test
    void closeAbortsTheRunningTaskAnswersForTheWaitingOnesAndWaits() {
        bench.command(2, execute("a"));
        bench.command(3, execute("b"));
        List<RankAction> actions = bench.command(4, new Message.Close(2000, "done"));
        assertThat(only(RankAction.RaiseAbort.class, actions)).hasSize(1);
        assertThat(sent(actions)).containsExactly(new Message.Result(4, "b", "TASK_ABORTED", null, Body.NONE));
        assertThat(sent(taskDone(ReturnCode.TASK_ABORTED)))
                .containsExactly(
                        new Message.Result(4, "a", "TASK_ABORTED", null, Body.NONE), new Message.Leaving(4, "done"));
    }

    @Test
    void closeLetsEventsThatWaitBeHandled() {
        bench.command(2, event("a"));
        bench.command(3, event("end_run"));
        assertThat(bench.command(4, new Message.Close(2000, "done"))).isEmpty();
        List<RankAction> next = bench.core.eventHandled(2, null, Body.NONE, bench.now());
        assertThat(started(next)).containsExactly("E:end_run");
        assertThat(sent(bench.core.eventHandled(3, null, Body.NONE, bench.now())))
                .hasExactlyElementsOfTypes(Message.EventHandled.class, Message.Leaving.class);
    }

    @Test
    void aTaskThatIgnoresItsAbortDoesNotOutlastTheGrace() {
        bench.command(2, execute("a"));
        bench.command(3, new Message.Close(2000, "done"));
        assertThat(only(Message.Leaving.class, sent(bench.advance(1499)))).isEmpty();
        assertThat(only(Message.Leaving.class, sent(bench.advance(1))))
                .singleElement()
                .satisfies(leaving -> assertThat(leaving.reason()).contains("did not end in time"));
        assertThat(taskDone(ReturnCode.OK))
                .as("after the last word nothing follows")
                .isEmpty();
        assertThat(only(RankAction.End.class, bench.advance(499))).isEmpty();
        assertThat(only(RankAction.End.class, bench.advance(1)))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isZero());
    }

    @Test
    void aGraceOfNothingEndsAtOnce() {
        bench.command(2, execute("a"));
        bench.command(3, new Message.Close(0, "now"));
        List<RankAction> actions = bench.advance(0);
        assertThat(only(Message.Leaving.class, sent(actions))).hasSize(1);
        assertThat(only(RankAction.End.class, actions)).hasSize(1);
    }

    @Test
    void itsOwnEventsAreAcknowledgedBeforeARankLeaves() {
        bench.core.fire(1, up(), bench.now());
        bench.core.fire(2, up(), bench.now());
        assertThat(bench.command(2, new Message.Close(2000, "done"))).isEmpty();
        List<RankAction> waiting = bench.advance(400);
        assertThat(only(Message.Mark.class, sent(waiting)))
                .as("at once, and again")
                .containsExactly(new Message.Mark(2), new Message.Mark(2), new Message.Mark(2));
        assertThat(only(Message.Leaving.class, sent(waiting))).isEmpty();
        assertThat(sent(bench.direct(new Message.Resend(StreamName.EVENTS, 1)))).hasSize(2);
        assertThat(only(Message.Leaving.class, sent(bench.direct(ackEvents(1)))))
                .isEmpty();
        assertThat(only(Message.Leaving.class, sent(bench.direct(ackEvents(2)))))
                .extracting(Message.Leaving::reason)
                .containsExactly("done");
        assertThat(only(Message.Mark.class, sent(bench.advance(400)))).isEmpty();
        assertThat(bench.direct(ackReports(2))).containsExactly(new RankAction.End(0, "done"));
        assertThat(bench.core.counters().lostEvents()).isZero();
    }

    @Test
    void eventsThatNobodyAcknowledgesDoNotOutlastTheGraceAndAreCounted() {
        bench.core.fire(1, up(), bench.now());
        bench.command(2, new Message.Close(2000, "done"));
        assertThat(only(Message.Leaving.class, sent(bench.advance(1499)))).isEmpty();
        assertThat(only(Message.Leaving.class, sent(bench.advance(1))))
                .extracting(Message.Leaving::reason)
                .containsExactly("done; events of this rank that were not acknowledged: 1");
        assertThat(only(RankAction.End.class, bench.advance(500)))
                .singleElement()
                .satisfies(end -> assertThat(end.exitCode()).isZero());
        assertThat(bench.core.counters().lostEvents()).isEqualTo(1);
    }

    @Test
    void whatARunningTaskFiresAfterCloseIsSentAndKeptToo() {
        bench.command(2, execute("a"));
        bench.command(3, new Message.Close(2000, "done"));
        assertThat(sent(bench.core.fire(1, up(), bench.now()))).containsExactly(up());
        assertThat(sent(taskDone(ReturnCode.TASK_ABORTED))).hasExactlyElementsOfTypes(Message.Result.class);
        assertThat(sent(bench.direct(ackEvents(1)))).containsExactly(new Message.Leaving(3, "done"));
    }

    @Test
    void whatIsFiredWhenNothingRunsAnyMoreDoesNotHoldTheEndUp() {
        bench.core.fire(1, up(), bench.now());
        bench.command(2, new Message.Close(2000, "done"));
        assertThat(bench.core.fire(2, up(), bench.now()))
                .singleElement()
                .isInstanceOfSatisfying(
                        RankAction.EventAnswered.class,
                        answer -> assertThat(answer.error())
                                .isNotNull()
                                .extracting(WireError::code)
                                .isEqualTo(ErrorCode.SESSION_CLOSED));
        assertThat(sent(bench.direct(ackEvents(1)))).containsExactly(new Message.Leaving(2, "done"));
        assertThat(bench.core.counters().lateEvents()).isEqualTo(1);
    }

    @Test
    void workAndEventsThatAreLeftAreBothTold() {
        bench.core.fire(1, up(), bench.now());
        bench.command(2, execute("a"));
        bench.command(3, new Message.Close(2000, "done"));
        assertThat(only(Message.Leaving.class, sent(bench.advance(1500))))
                .extracting(Message.Leaving::reason)
                .containsExactly(
                        "done; what ran did not end in time; events of this rank that were not acknowledged: 1");
    }

    @Test
    void commandsBehindCloseAreTakenAndNotRun() {
        bench.command(2, execute("a"));
        bench.command(3, new Message.Close(2000, "done"));
        assertThat(bench.command(4, execute("b"))).isEmpty();
        assertThat(bench.command(5, event("e"))).isEmpty();
        assertThat(only(Message.Ack.class, sent(bench.advance(50))))
                .extracting(Message.Ack::upto)
                .containsExactly(5L);
        assertThat(started(taskDone(ReturnCode.TASK_ABORTED))).isEmpty();
    }

    @Test
    void aRefusalWhileLeavingKeepsTheExitCodeOfTheClose() {
        bench.command(2, new Message.Close(5000, "done"));
        assertThat(bench.direct(new Message.Refuse(WireError.of(ErrorCode.SESSION_CLOSED, "over"))))
                .containsExactly(new RankAction.End(0, "done"));
    }

    @Test
    void aFailureIsToldAtOnceAndEndsWith1() {
        bench.command(2, execute("a"));
        WireError bug = WireError.of(ErrorCode.INTERNAL, "bug");
        List<RankAction> actions = bench.core.fail(bug, bench.now());
        assertThat(only(RankAction.RaiseAbort.class, actions)).hasSize(1);
        assertThat(sent(actions)).containsExactly(new Message.Failed(2, bug));
        assertThat(bench.direct(ackReports(2))).containsExactly(new RankAction.End(1, "bug"));
    }

    @Test
    void aFailureBeforeTheWelcomeHasNobodyToTell() {
        CoreBench fresh = new CoreBench();
        assertThat(fresh.core.fail(WireError.of(ErrorCode.INTERNAL, "bug"), fresh.now()))
                .containsExactly(new RankAction.End(1, "bug"));
    }

    @Test
    void termLetsTheTaskEndAndThenTellsTheParent() {
        bench.command(2, execute("a"));
        assertThat(bench.core.terminate("SIGTERM", bench.now())).containsExactly(new RankAction.RaiseAbort("SIGTERM"));
        List<Message> last = sent(taskDone(ReturnCode.TASK_ABORTED));
        assertThat(last).hasExactlyElementsOfTypes(Message.Result.class, Message.Failed.class);
        assertThat(((Message.Failed) last.get(1)).error().code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(bench.direct(ackReports(3))).containsExactly(new RankAction.End(1, "SIGTERM"));
    }

    @Test
    void termKeepsTheEventsOfThisRankUntilTheyAreAcknowledged() {
        bench.core.fire(1, up(), bench.now());
        assertThat(bench.core.terminate("SIGTERM", bench.now())).isEmpty();
        assertThat(sent(bench.advance(0))).containsExactly(new Message.Mark(1));
        assertThat(sent(bench.direct(new Message.Resend(StreamName.EVENTS, 1)))).containsExactly(up());
        assertThat(sent(bench.direct(ackEvents(1)))).hasExactlyElementsOfTypes(Message.Failed.class);
        assertThat(bench.direct(ackReports(2))).containsExactly(new RankAction.End(1, "SIGTERM"));
        assertThat(bench.core.counters().lostEvents()).isZero();
    }

    @Test
    void eventsThatNobodyAcknowledgesDoNotOutlastTheGraceOfTerm() {
        bench.core.fire(1, up(), bench.now());
        bench.core.terminate("SIGTERM", bench.now());
        assertThat(only(Message.Failed.class, sent(bench.advance(1999)))).isEmpty();
        assertThat(only(Message.Failed.class, sent(bench.advance(1)))).hasSize(1);
        assertThat(only(RankAction.End.class, bench.advance(1000)))
                .containsExactly(new RankAction.End(1, "SIGTERM; events of this rank that were not acknowledged: 1"));
        assertThat(bench.core.counters().lostEvents()).isEqualTo(1);
    }

    @Test
    void aSecondTermDoesNotWaitForTheTask() {
        bench.command(2, execute("a"));
        bench.core.terminate("SIGTERM", bench.now());
        bench.core.terminate("SIGTERM", bench.now());
        assertThat(only(Message.Failed.class, sent(bench.advance(0)))).hasSize(1);
    }

    @Test
    void termAfterCloseDoesNotWaitAndKeepsTheExitCode() {
        bench.command(2, execute("a"));
        bench.command(3, new Message.Close(60_000, "done"));
        bench.core.terminate("SIGTERM", bench.now());
        assertThat(only(Message.Leaving.class, sent(bench.advance(0)))).hasSize(1);
        assertThat(bench.direct(ackReports(2)))
                .singleElement()
                .isInstanceOfSatisfying(
                        RankAction.End.class, end -> assertThat(end.exitCode()).isZero());
    }

    @Test
    void termAfterCloseDoesNotWaitForEventsAndCountsThem() {
        bench.core.fire(1, up(), bench.now());
        bench.command(2, new Message.Close(60_000, "done"));
        bench.core.terminate("SIGTERM", bench.now());
        assertThat(only(Message.Leaving.class, sent(bench.advance(0))))
                .extracting(Message.Leaving::reason)
                .containsExactly("done; events of this rank that were not acknowledged: 1");
    }

    @Test
    void afterTheEndNothingHappensAnyMore() {
        bench.command(2, new Message.Close(2000, "done"));
        bench.direct(ackReports(2));
        assertThat(bench.command(3, execute("a"))).isEmpty();
        assertThat(bench.core.onTick(bench.now())).isEmpty();
        assertThat(bench.core.fail(WireError.of(ErrorCode.INTERNAL, "bug"), bench.now()))
                .isEmpty();
        assertThat(bench.core.terminate("SIGTERM", bench.now())).isEmpty();
        assertThat(bench.core.nextDeadline()).isEqualTo(Timing.NEVER);
    }
}
