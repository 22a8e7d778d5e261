// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.cli.job.Job;
import io.rankmq.cli.run.Report.TaskEntry;
import io.rankmq.parent.Aggregator;
import io.rankmq.parent.ReplyPolicy;
import io.rankmq.parent.TaskRequest;
import io.rankmq.parent.TaskResult;
import io.rankmq.protocol.ErrorCode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the ranks all rounds of all tasks, one after another, and tells how each ended. */
final class TaskLoop {
    private static final Logger LOG = LoggerFactory.getLogger(TaskLoop.class);

    private final Supplier<Context> contexts;
    private final Function<TaskRequest, TaskResult> ranks;
    private final Map<String, Object> handlers;
    private final RunWatcher watcher;
    private final Stop stop;

    /**
     * A loop.
     *
     * @param contexts makes the context of each round
     * @param ranks runs a task in all ranks
     * @param handlers the parent's components by id
     * @param watcher told of every round
     * @param stop looked at between rounds
     */
    TaskLoop(
            Supplier<Context> contexts,
            Function<TaskRequest, TaskResult> ranks,
            Map<String, Object> handlers,
            RunWatcher watcher,
            Stop stop) {
        this.contexts = contexts;
        this.ranks = ranks;
        this.handlers = handlers;
        this.watcher = watcher;
        this.stop = stop;
    }

    /**
     * Runs the tasks until all are done or the run is stopped.
     *
     * @throws JobFailure if a round failed, or an aggregator threw
     */
    void run(List<Job.Task> tasks) throws JobFailure {
        for (Job.Task task : tasks) {
            if (stop.reason() != null) {
                return;
            }
            run(task);
        }
    }

    private void run(Job.Task task) throws JobFailure {
        Aggregator aggregator = task.aggregate() == null ? null : (Aggregator) handler(task.aggregate());
        Shareable data = new Shareable(Map.of(), task.data());
        for (int round = 1; round <= task.rounds() && stop.reason() == null; round++) {
            watcher.on(new RunEvent.RoundBegun(task.name(), round, task.rounds()));
            Context context =
                    contexts.get().put(ContextKeys.ROUND, (long) round).put(ContextKeys.ROUNDS, (long) task.rounds());
            if (aggregator != null && round == 1) {
                data = begin(aggregator, task, data, context);
            }
            TaskResult result = execute(task, data, context);
            if (stop.reason() != null) {
                return;
            }
            check(task, round, result);
            if (result.returnCode() == ReturnCode.TASK_ABORTED) {
                // Somebody cancelled the task on purpose; the job goes on with the next one.
                end(task, round, result, context);
                return;
            }
            if (aggregator != null) {
                data = aggregate(aggregator, task, round, result.replies(), context);
            }
            end(task, round, result, context);
        }
    }

    private TaskResult execute(Job.Task task, Shareable data, Context context) throws JobFailure {
        try {
            return ranks.apply(new TaskRequest(task.name(), data, context, policy(task.reply()), task.timeout(), null));
        } catch (IllegalArgumentException e) {
            throw JobFailure.of(
                    ErrorCode.INVALID_VALUE,
                    "the data of task '" + task.name() + "' cannot travel: " + e.getMessage(),
                    null);
        }
    }

    private void check(Job.Task task, int round, TaskResult result) throws JobFailure {
        if (result.failure() != null) {
            add(entry(task, round, result, Map.of()));
            throw new JobFailure(result.failure());
        }
        if (result.returnCode() != ReturnCode.OK && result.returnCode() != ReturnCode.TASK_ABORTED) {
            add(entry(task, round, result, Map.of()));
            throw JobFailure.of(
                    ErrorCode.EXECUTION_FAILED,
                    "task '" + task.name() + "' ended with " + result.returnCode() + " in round " + round,
                    null);
        }
    }

    private ReplyPolicy policy(String reply) {
        return switch (reply) {
            case Job.Task.RANK0 -> ReplyPolicy.rank0();
            case Job.Task.ALL -> ReplyPolicy.all();
            default -> (ReplyPolicy) handler(reply);
        };
    }

    private Object handler(String id) {
        return Objects.requireNonNull(handlers.get(id), id);
    }

    private static Shareable begin(Aggregator aggregator, Job.Task task, Shareable data, Context context)
            throws JobFailure {
        try {
            return aggregator.begin(data, context);
        } catch (Exception e) {
            throw threw(task, "before round 1", e);
        }
    }

    private static Shareable aggregate(
            Aggregator aggregator, Job.Task task, int round, SortedMap<Integer, Shareable> replies, Context context)
            throws JobFailure {
        try {
            return aggregator.aggregate(round, replies, context);
        } catch (Exception e) {
            throw threw(task, "after round " + round, e);
        }
    }

    private static JobFailure threw(Job.Task task, String when, Exception e) {
        return JobFailure.of(
                ErrorCode.HANDLER_FAILED,
                "the aggregator '" + task.aggregate() + "' of task '" + task.name() + "' threw " + when + ": " + e,
                e);
    }

    private void end(Job.Task task, int round, TaskResult result, Context context) {
        add(entry(task, round, result, metrics(context.get(ContextKeys.METRICS))));
    }

    private void add(TaskEntry entry) {
        watcher.on(new RunEvent.RoundEnded(entry));
    }

    private static TaskEntry entry(Job.Task task, int round, TaskResult result, Map<String, Number> metrics) {
        return new TaskEntry(
                task.name(),
                round,
                task.rounds(),
                result.id(),
                result.returnCode().name(),
                result.took().toMillis(),
                result.repliedBy(),
                metrics);
    }

    private static Map<String, Number> metrics(@Nullable Object value) {
        Map<String, Number> metrics = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, number) -> {
                if (number instanceof Number known) {
                    metrics.put(String.valueOf(name), known);
                } else {
                    LOG.warn("the metric '{}' is left out: {} is no number", name, number);
                }
            });
        } else if (value != null) {
            LOG.warn("the metrics are left out: {} is no map of names to numbers", value);
        }
        return metrics;
    }
}
