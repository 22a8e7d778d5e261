// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.StickyProperties;
import io.rankmq.cli.job.Job;
import io.rankmq.cli.run.Report.TaskEntry;
import io.rankmq.parent.Aggregator;
import io.rankmq.parent.RankFailure;
import io.rankmq.parent.ReplyPolicy;
import io.rankmq.parent.TaskRequest;
import io.rankmq.parent.TaskResult;
import io.rankmq.protocol.ErrorCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskLoopTest {
    private final List<TaskRequest> requests = new ArrayList<>();
    private final List<TaskEntry> entries = new ArrayList<>();
    private final Stop stop = new Stop();

    /** Counts one up from what two ranks reply. */
    private static final class Sum implements Aggregator {
        @Override
        public Shareable begin(Shareable data, Context context) {
            return new Shareable().put("x", data.get("x", Long.class) + 100);
        }

        @Override
        public Shareable aggregate(int round, SortedMap<Integer, Shareable> replies, Context context) {
            long sum = replies.values().stream()
                    .mapToLong(reply -> reply.get("x", Long.class))
                    .sum();
            context.put(ContextKeys.METRICS, Map.of("sum", sum, "bad", "text"));
            if (sum > 1_000) {
                throw new IllegalStateException("too much");
            }
            return new Shareable().put("x", sum);
        }
    }

    @Test
    void everyRoundGetsWhatTheAggregatorMadeOfTheOneBefore() throws Exception {
        loop(this::twoReplies, Map.of("sum", new Sum()))
                .run(List.of(task(3, "sum", Job.Task.ALL), task(1, null, "rank0")));

        assertThat(requests).extracting(request -> request.data().get("x")).containsExactly(101L, 202L, 404L, 1L);
        assertThat(requests)
                .extracting(request -> String.valueOf(request.reply()))
                .containsExactly("all", "all", "all", "rank0");
        assertThat(requests)
                .extracting(request -> contextOf(request).get(ContextKeys.ROUND))
                .containsExactly(1L, 2L, 3L, 1L);
        assertThat(requests)
                .extracting(request -> contextOf(request).get(ContextKeys.ROUNDS))
                .containsExactly(3L, 3L, 3L, 1L);
        assertThat(requests).allMatch(request -> Duration.ofSeconds(9).equals(request.timeout()));
        assertThat(entries).extracting(TaskEntry::round).containsExactly(1, 2, 3, 1);
        assertThat(entries.get(1).metrics()).isEqualTo(Map.of("sum", 404L));
        assertThat(entries.get(3).metrics()).isEmpty();
    }

    @Test
    void aHandlerCanBeTheReplyPolicy() throws Exception {
        ReplyPolicy own = ReplyPolicy.all();
        loop(this::twoReplies, Map.of("own", own)).run(List.of(task(1, null, "own")));

        assertThat(requests.get(0).reply()).isSameAs(own);
    }

    @Test
    void aCancelledTaskEndsItsRoundsAndTheJobGoesOn() throws Exception {
        loop(request -> result(ReturnCode.TASK_ABORTED, null), Map.of("sum", new Sum()))
                .run(List.of(task(5, "sum", "all"), task(1, null, "rank0")));

        assertThat(entries).extracting(TaskEntry::returnCode).containsExactly("TASK_ABORTED", "TASK_ABORTED");
    }

    @Test
    void aFailureOfARankEndsTheJobAndIsKept() {
        RankFailure failure = RankFailure.ofSession(ErrorCode.RANK_EXITED, "rank 1 is gone");

        assertThatThrownBy(() -> loop(request -> result(ReturnCode.EXECUTION_RESULT_ERROR, failure), Map.of())
                        .run(List.of(task(2, null, "rank0"))))
                .isInstanceOfSatisfying(
                        JobFailure.class, e -> assertThat(e.failure()).isSameAs(failure));
        assertThat(entries).extracting(TaskEntry::returnCode).containsExactly("EXECUTION_RESULT_ERROR");
    }

    @Test
    void aReturnCodeOtherThanOkEndsTheJob() {
        assertThatThrownBy(() -> loop(request -> result(ReturnCode.TASK_UNKNOWN, null), Map.of())
                        .run(List.of(task(2, null, "rank0"))))
                .hasMessage("task 'train' ended with TASK_UNKNOWN in round 1");
    }

    @Test
    void anAggregatorThatThrowsEndsTheJobWithItsNameAndTrace() {
        assertThatThrownBy(
                        () -> loop(this::twoReplies, Map.of("sum", new Sum())).run(List.of(task(9, "sum", "all"))))
                .isInstanceOfSatisfying(JobFailure.class, e -> {
                    assertThat(e)
                            .hasMessage("the aggregator 'sum' of task 'train' threw after round 4:"
                                    + " java.lang.IllegalStateException: too much");
                    assertThat(e.failure().code()).isEqualTo(ErrorCode.HANDLER_FAILED);
                    assertThat(e.failure().trace()).contains("TaskLoopTest$Sum.aggregate");
                });
    }

    @Test
    void dataThatCannotTravelEndsTheJob() {
        assertThatThrownBy(() -> loop(
                                request -> {
                                    throw new IllegalArgumentException("value 'x' is a Thread");
                                },
                                Map.of())
                        .run(List.of(task(1, null, "rank0"))))
                .hasMessage("the data of task 'train' cannot travel: value 'x' is a Thread");
    }

    @Test
    void aStoppedRunBeginsNoRoundAndTellsOfNone() throws Exception {
        loop(
                        request -> {
                            stop.request(Stop.Reason.INTERRUPT);
                            return result(ReturnCode.OK, null);
                        },
                        Map.of("sum", new Sum()))
                .run(List.of(task(5, "sum", "all"), task(1, null, "rank0")));

        assertThat(requests).hasSize(1);
        assertThat(entries).isEmpty();
    }

    private TaskLoop loop(Function<TaskRequest, TaskResult> ranks, Map<String, Object> handlers) {
        Engine engine = new Engine() {
            private final StickyProperties sticky = new StickyProperties();

            @Override
            public Context newContext() {
                return sticky.newContext(this);
            }

            @Override
            public void fireEvent(String eventType, Context context) {}

            @Override
            public void postEvent(String eventType, Context context) {}
        };
        Function<TaskRequest, TaskResult> recording = request -> {
            requests.add(request);
            return ranks.apply(request);
        };
        RunWatcher watcher = event -> {
            if (event instanceof RunEvent.RoundEnded ended) {
                entries.add(ended.round());
            }
        };
        return new TaskLoop(engine::newContext, recording, handlers, watcher, stop);
    }

    private static Job.Task task(int rounds, @Nullable String aggregate, String reply) {
        return new Job.Task("train", rounds, reply, Duration.ofSeconds(9), Map.of("x", 1L), aggregate);
    }

    private TaskResult twoReplies(TaskRequest request) {
        SortedMap<Integer, Shareable> replies = new TreeMap<>(Map.of(0, request.data(), 1, request.data()));
        return new TaskResult(
                "t", "train", ReturnCode.OK, request.data(), replies, List.of(0, 1), Duration.ofMillis(5), null);
    }

    private static TaskResult result(ReturnCode code, @Nullable RankFailure failure) {
        return new TaskResult(
                "t", "train", code, Shareable.reply(code), new TreeMap<>(), List.of(), Duration.ofMillis(5), failure);
    }

    private static Context contextOf(TaskRequest request) {
        Context context = request.context();
        assertThat(context).isNotNull();
        return context;
    }
}
