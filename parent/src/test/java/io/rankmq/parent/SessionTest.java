// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.parent.ranks.NotAnExecutor;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a user relies on, with real Java ranks; numbers in names are those of the semantics. */
class SessionTest {
    private final RealRanks ranks = new RealRanks();

    @Test
    void p8RankZeroRepliesByDefaultAndAllReplyIfAsked() {
        Session session = ranks.session(2).start();
        try (session) {
            Tensor big = Tensor.ofFloats(new float[100_000], 1000, 100);
            Context context = session.newContext();
            TaskResult first = session.execute(
                    TaskRequest.of("echo", new Shareable().put("data", big)).withContext(context));
            assertThat(first.returnCode()).isEqualTo(ReturnCode.OK);
            assertThat(first.repliedBy()).containsExactly(0);
            assertThat(first.reply().get("back")).isEqualTo(big);
            assertThat(context.get("from_task")).isEqualTo("set in the task");
            assertThat(context.property("kept")).isEqualTo(new Context.Property(0L, true, true));
            assertThat(session.newContext().get("kept")).as("sticky").isEqualTo(0L);

            TaskResult all = session.execute(
                    TaskRequest.of("echo", new Shareable().put("data", "x")).withReply(ReplyPolicy.all()));
            assertThat(all.repliedBy()).containsExactly(0, 1);
            assertThat(all.replies().get(1).get("rank")).isEqualTo(1L);
        }
        RealRanks.nothingIsLeftOf(session.id());
        assertThat(session.ranks()).extracting(RankInfo::exit).containsExactly("exit code 0", "exit code 0");
    }

    @Test
    void aRankThatLeavesWorkUndoneIsNamedWhenTheSessionCloses() throws Exception {
        SessionLimits quick = SessionLimits.DEFAULT.withCloseGrace(Duration.ofSeconds(1));
        Session session = ranks.session(1).limits(quick).start();
        RealRanks.executing(session, "ignore_abort", new Shareable());
        RealRanks.soon(ranks.line("0: waiting"));
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            session.close();
        } finally {
            System.setErr(before);
        }
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("rank 0 of session " + session.id() + " left: ", "what ran did not end in time");
        RealRanks.nothingIsLeftOf(session.id());
    }

    @Test
    void r3AndP4StartRunFiresOnceAndEndRunReachesTheRanksBeforeTheyEnd() throws Exception {
        try (Session session = ranks.session(1).start()) {
            Object seen = session.execute("seen", new Shareable()).reply().get("seen");
            assertThat((List<?>) seen)
                    .filteredOn(event -> event.toString().startsWith("start_run"))
                    .hasSize(1);
        }
        assertThat(RealRanks.soon(ranks.line("end_run seen"))).startsWith("0: ");
    }

    @Test
    void p7AndR4AnEventOfTheParentIsAnsweredByRankZeroAndMarkedWithItsOrigin() {
        try (Session session = ranks.session(2).start()) {
            Context context = session.newContext().put("question", "why");
            session.fireEvent("ask", context);
            assertThat(context.get("answer")).isEqualTo("rank 0 of 2 saw why");
            List<?> seen = session.execute("seen", new Shareable()).reply().get("seen", List.class);
            assertThat(seen).anyMatch(("ask<" + ContextKeys.MULTI_PROCESS_EXECUTOR)::equals);
        }
    }

    @Test
    void p10AnEventOfARankIsAnsweredThroughItsContext() {
        List<Object> from = new CopyOnWriteArrayList<>();
        SessionBuilder builder = ranks.session(3).handler((type, context) -> {
            if (type.equals("question")) {
                assertThat(context.property(ContextKeys.EVENT_ORIGIN_SITE))
                        .isEqualTo(new Context.Property(ContextKeys.SUB_WORKER_PROCESS, true, false));
                from.add(context.get(ContextKeys.FROM_RANK_NUMBER));
                context.put("answer", "heard " + context.get("question"));
            }
        });
        try (Session session = builder.start()) {
            TaskResult result = session.execute(
                    TaskRequest.of("ask_parent", new Shareable()).withReply(ReplyPolicy.all()));
            assertThat(result.replies().get(2).get("answer")).isEqualTo("heard from rank 2");
            assertThat(from).containsExactlyInAnyOrder(0L, 1L, 2L);
            assertThat(session.newContext().get(ContextKeys.RANK_NUMBER)).isNull();
        }
    }

    @Test
    void r6EventsFlowWhileATaskRuns() throws Exception {
        try (Session session = ranks.session(1).start()) {
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_abort", new Shareable());
            RealRanks.soon(ranks.line("waiting"));
            Context context = session.newContext().put("question", "meanwhile");
            session.fireEvent("ask", context);
            assertThat(context.get("answer")).isEqualTo("rank 0 of 1 saw meanwhile");
            assertThat(task).isNotDone();
            session.cancelTask("enough");
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.TASK_ABORTED);
            assertThat(session.execute("echo", new Shareable()).returnCode()).isEqualTo(ReturnCode.OK);
        }
    }

    @Test
    void p9AnAbortFinalisesTheSessionAndYieldsOk() throws Exception {
        AbortSignal abort = new AbortSignal();
        Session session = ranks.session(2).abort(abort).start();
        CompletableFuture<TaskResult> task = RealRanks.executing(session, "wait_for_abort", new Shareable());
        RealRanks.soon(ranks.line("waiting"));
        abort.trigger("the user pressed Ctrl-C");
        assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
        RealRanks.nothingIsLeftOf(session.id());
        session.close();
    }

    @Test
    void d10ASlowHandlerForOneRankKeepsNoOtherWaiting() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(2);
        SessionBuilder builder = ranks.session(3).handler((type, context) -> {
            if (type.equals("question")) {
                if (context.get(ContextKeys.FROM_RANK_NUMBER).equals(0L)) {
                    release.await(30, TimeUnit.SECONDS);
                } else {
                    others.countDown();
                }
            }
        });
        try (Session session = builder.start()) {
            CompletableFuture<TaskResult> task = RealRanks.executing(session, "ask_parent", new Shareable());
            assertThat(others.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(task).isNotDone();
            release.countDown();
            assertThat(RealRanks.soon(task).returnCode()).isEqualTo(ReturnCode.OK);
        }
    }

    @Test
    void p1AndP2WrongDescriptionsAreRefusedBeforeAnythingStarts() {
        assertThatThrownBy(() -> Session.builder().worldSize(0))
                .hasMessage("world_size: 0 was given, expected an integer from 1 to 65536");
        assertThatThrownBy(() -> ranks.session(1).component("probe", "x.Y", Map.of()))
                .hasMessage("the component id 'probe' is used twice; ids must be unique");
        assertThatThrownBy(() -> ranks.session(1).executor("other").start())
                .hasMessage("the executor 'other' is no component; the components are [probe]");
    }

    @Test
    void r2WhatIsNotOnTheAllowListIsRefusedBeforeAnythingStarts() {
        SessionBuilder nested = ranks.session(1)
                .component("nested", "io.rankmq.parent.ranks.X", Map.of("inner", Map.of("path", "java.lang.Runtime")));
        assertThatThrownBy(nested::start)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("java.lang.Runtime")
                .hasMessageContaining("not on the allow-list");
    }

    @Test
    void d13AComponentThatIsNoExecutorIsReportedByTheRank() {
        SessionBuilder builder = ranks.session(1)
                .component("plain", NotAnExecutor.class.getName(), Map.of())
                .executor("plain");
        assertThatThrownBy(builder::start)
                .isInstanceOf(RankFailedException.class)
                .hasMessageContaining("rank 0 on host")
                .hasMessageContaining("plain");
    }
}
