// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static io.rankmq.worker.CoreBench.SOME_BODY;
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
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rules of order, and D10: events and EXECUTE had none. */
class OrderTest {
    private final CoreBench bench = CoreBench.initialised();

    private List<RankAction> taskDone() {
        return bench.core.taskDone(ReturnCode.OK, null, Body.NONE, bench.now());
    }

    private List<RankAction> eventHandled(long command) {
        return bench.core.eventHandled(command, null, Body.NONE, bench.now());
    }

    @Test
    void initialiseRunsAloneAndWhatStandsBehindItWaits() {
        CoreBench fresh = CoreBench.joined();
        assertThat(started(fresh.command(1, new Message.Initialize(SOME_BODY)))).containsExactly("I");
        assertThat(started(fresh.command(2, event("e")))).isEmpty();
        assertThat(started(fresh.command(3, execute("t")))).isEmpty();
        assertThat(started(fresh.core.initialised(null, Body.NONE, fresh.now())))
                .containsExactly("E:e");
    }

    @Test
    void tasksRunOneAfterAnother() {
        assertThat(started(bench.command(2, execute("a")))).containsExactly("T:a");
        assertThat(started(bench.command(3, execute("b")))).isEmpty();
        assertThat(started(taskDone())).containsExactly("T:b");
    }

    @Test
    void eventsRunOneAfterAnother() {
        assertThat(started(bench.command(2, event("a")))).containsExactly("E:a");
        assertThat(started(bench.command(3, event("b")))).isEmpty();
        assertThat(started(eventHandled(2))).containsExactly("E:b");
    }

    @Test
    void aTaskWaitsForTheEventsBeforeIt() {
        bench.command(2, event("a"));
        bench.command(3, event("b"));
        assertThat(started(bench.command(4, execute("t")))).isEmpty();
        assertThat(started(eventHandled(2))).containsExactly("E:b");
        assertThat(started(eventHandled(3))).containsExactly("T:t");
    }

    @Test
    void anEventBehindATaskRunsWhileTheTaskRuns() {
        bench.command(2, execute("t"));
        assertThat(started(bench.command(3, event("e")))).containsExactly("E:e");
    }

    @Test
    void anEventBehindTwoTasksHoldsNeitherUp() {
        bench.command(2, execute("a"));
        bench.command(3, execute("b"));
        assertThat(started(bench.command(4, event("e")))).containsExactly("E:e");
        assertThat(started(taskDone())).containsExactly("T:b");
    }

    @Test
    void anEventBetweenTwoTasksHoldsTheSecondUp() {
        bench.command(2, execute("a"));
        bench.command(3, event("e"));
        bench.command(4, execute("b"));
        assertThat(started(taskDone())).isEmpty();
        assertThat(started(eventHandled(3))).containsExactly("T:b");
    }

    @Test
    void aSecondStartRunIsAnsweredAndNotFired() {
        List<RankAction> actions = bench.command(2, event("start_run"));
        assertThat(started(actions)).isEmpty();
        assertThat(sent(actions)).containsExactly(new Message.EventHandled(2, 2, null, Body.NONE));
        assertThat(started(bench.command(3, event("next")))).containsExactly("E:next");
    }

    @Test
    void aSecondStartRunIsAnsweredInItsTurn() {
        bench.command(2, event("a"));
        assertThat(sent(bench.command(3, event("start_run")))).isEmpty();
        bench.command(4, event("b"));
        List<RankAction> actions = eventHandled(2);
        assertThat(only(Message.EventHandled.class, sent(actions)))
                .extracting(Message.EventHandled::command)
                .containsExactly(2L, 3L);
        assertThat(started(actions)).containsExactly("E:b");
    }

    @Test
    void aSecondInitialiseIsRefused() {
        List<RankAction> actions = bench.command(2, new Message.Initialize(SOME_BODY));
        assertThat(only(Message.Initialized.class, sent(actions)))
                .singleElement()
                .satisfies(answer -> assertThat(answer.error()).isNotNull())
                .satisfies(answer -> assertThat(answer.error().code()).isEqualTo(ErrorCode.FORBIDDEN));
        assertThat(started(bench.command(3, execute("t")))).containsExactly("T:t");
    }

    @Test
    void onlyRanksAmongReplyAreAskedForAReply() {
        RankAction.StartTask all =
                (RankAction.StartTask) bench.command(2, execute("a")).get(0);
        assertThat(all.reply()).isTrue();
        taskDone();
        Message.Execute forZero = new Message.Execute("b", "b", List.of(0), SOME_BODY);
        assertThat(((RankAction.StartTask) bench.command(3, forZero).get(0)).reply())
                .isFalse();
        Message.HandleEvent forUs = new Message.HandleEvent("e", List.of(0, CoreBench.RANK), SOME_BODY);
        assertThat(((RankAction.StartEvent) bench.command(4, forUs).get(0)).reply())
                .isTrue();
    }

    @Test
    void abortActsAtOnceOnTheRunningTaskWhateverWaitsBeforeIt() {
        bench.command(2, execute("a"));
        bench.command(3, event("e"));
        bench.command(4, event("f"));
        assertThat(bench.command(5, new Message.Abort("a", "enough")))
                .containsExactly(new RankAction.RaiseAbort("enough"));
    }

    @Test
    void abortOfAWaitingTaskAnswersForItAndItNeverRuns() {
        bench.command(2, execute("a"));
        bench.command(3, execute("b"));
        bench.command(4, execute("c"));
        List<RankAction> actions = bench.command(5, new Message.Abort("b", "enough"));
        assertThat(sent(actions)).containsExactly(new Message.Result(5, "b", "TASK_ABORTED", null, Body.NONE));
        assertThat(only(RankAction.RaiseAbort.class, actions)).isEmpty();
        assertThat(started(taskDone())).containsExactly("T:c");
    }

    @Test
    void abortWithoutATaskMeansEveryTaskReceivedSoFar() {
        bench.command(2, execute("a"));
        bench.command(3, execute("b"));
        List<RankAction> actions = bench.command(4, new Message.Abort(null, "enough"));
        assertThat(only(Message.Result.class, sent(actions)))
                .extracting(Message.Result::task)
                .containsExactly("b");
        assertThat(only(RankAction.RaiseAbort.class, actions)).hasSize(1);
        bench.core.taskDone(ReturnCode.TASK_ABORTED, null, Body.NONE, bench.now());
        assertThat(started(bench.command(5, execute("c")))).containsExactly("T:c");
    }

    @Test
    void abortOfATaskThatHasEndedDoesNothing() {
        bench.command(2, execute("a"));
        taskDone();
        bench.command(3, execute("b"));
        assertThat(bench.command(4, new Message.Abort("a", "late"))).isEmpty();
    }
}
