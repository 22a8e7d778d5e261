// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.Engine;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.ProtocolException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Executes tasks, one at a time, in the caller's thread: encodes, waits, decodes, merges. */
final class TaskRunner {
    private static final Logger LOG = LoggerFactory.getLogger(TaskRunner.class);

    private final SessionRuntime runtime;
    private final SessionSpec spec;
    private final ReentrantLock oneAtATime = new ReentrantLock(true);
    private long lastTask;
    /** Completed when the running task is cancelled. */
    private volatile CompletableFuture<Boolean> running = new CompletableFuture<>();

    TaskRunner(SessionRuntime runtime, SessionSpec spec) {
        this.runtime = runtime;
        this.spec = spec;
    }

    TaskResult execute(TaskRequest request, Engine engine) {
        Context given = request.context();
        Context context = given != null ? given : engine.newContext();
        Set<Integer> repliers = new TreeSet<>(request.reply().repliers(spec.worldSize()));
        if (repliers.isEmpty() || repliers.stream().anyMatch(rank -> rank < 0 || rank >= spec.worldSize())) {
            throw new IllegalArgumentException("the reply policy asks ranks " + repliers
                    + " for replies; expected at least one, all from 0 to " + (spec.worldSize() - 1));
        }
        Body body;
        try {
            body = Bodies.task(request.data(), context);
        } catch (ProtocolException e) {
            throw new IllegalArgumentException(
                    "the data of task " + request.name() + " cannot travel: " + e.getMessage(), e);
        }
        oneAtATime.lock();
        try {
            return execute(request, context, repliers, body);
        } finally {
            oneAtATime.unlock();
        }
    }

    /** Tells the running task, if there is one, to abort; between two gangs it is not run again. */
    void cancel(String reason) {
        running.complete(true);
        runtime.cancelTask(reason);
    }

    private TaskResult execute(TaskRequest request, Context context, Set<Integer> repliers, Body body) {
        long start = System.nanoTime();
        String id = "t" + ++lastTask;
        List<Integer> reply = repliers.size() == spec.worldSize() ? null : List.copyOf(repliers);
        AbortSignal abort = request.abort();
        Runnable forget =
                abort == null ? () -> {} : abort.onTrigger(() -> runtime.abort(String.valueOf(abort.reason())));
        try {
            CompletableFuture<Boolean> cancelled = new CompletableFuture<>();
            running = cancelled;
            Pending.Outcome<Message.Result> answered =
                    run(request, new Message.Execute(id, request.name(), reply, body), cancelled);
            if (runtime.isAborted()) {
                runtime.end("aborted");
                return ended(request, id, start, ReturnCode.OK);
            }
            if (answered.failure() == null) {
                return result(request, context, id, answered, start);
            }
            return cancelled.isDone() && !runtime.isFailed()
                    ? ended(request, id, start, ReturnCode.TASK_ABORTED)
                    : failed(request, id, start, answered.failure());
        } catch (ProtocolException e) {
            return unreadable(request, id, start, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            runtime.cancelTask("the calling thread was interrupted");
            return failed(
                    request,
                    id,
                    start,
                    RankFailure.ofSession(
                            ErrorCode.TASK_ABORTED,
                            "the thread that waited for task " + request.name() + " was interrupted"));
        } finally {
            forget.run();
        }
    }

    /** Gives the task to the gang, and to each that takes its place, until one has ended it or there is no other. */
    private Pending.Outcome<Message.Result> run(
            TaskRequest request, Message.Execute command, CompletableFuture<Boolean> cancelled)
            throws InterruptedException, ProtocolException {
        Duration limit =
                request.timeout() != null ? request.timeout() : spec.limits().taskTimeout();
        Incarnation gang = runtime.gang();
        while (true) {
            Pending.Outcome<Message.Result> answered = run(gang, command, limit, cancelled);
            if (answered.failure() == null || runtime.isAborted()) {
                return answered;
            }
            Optional<Incarnation> next = runtime.awaitSuccessor(gang, cancelled);
            if (next.isEmpty() || cancelled.isDone()) {
                return new Pending.Outcome<>(answered.answers(), runtime.over());
            }
            gang = next.get();
        }
    }

    /** Gives the task to one gang: publishes its large values first, and brings those of the replies. */
    private Pending.Outcome<Message.Result> run(
            Incarnation gang, Message.Execute command, Duration limit, CompletableFuture<Boolean> cancelled)
            throws InterruptedException, ProtocolException {
        try (LargeValues values = new LargeValues(gang.data(), command)) {
            CompletableFuture<Pending.Outcome<Message.Result>> outcome = new CompletableFuture<>();
            runtime.execute(gang, values.command(), limit, cancelled::isDone, outcome::complete);
            return values.resolved(runtime.await(outcome, limit.plus(SessionRuntime.SLACK)));
        }
    }

    /** Ended because somebody wanted it to. */
    private static TaskResult ended(TaskRequest request, String id, long start, ReturnCode code) {
        return new TaskResult(id, request.name(), code, Shareable.reply(code), empty(), List.of(), since(start), null);
    }

    private TaskResult result(
            TaskRequest request, Context context, String id, Pending.Outcome<Message.Result> answered, long start) {
        if (answered.failure() != null) {
            return failed(request, id, start, answered.failure());
        }
        try {
            SortedMap<Integer, Shareable> replies = new TreeMap<>();
            for (int rank : new TreeSet<>(answered.answers().keySet()).descendingSet()) {
                merge(rank, answered.answers().get(rank), context, replies);
            }
            ReturnCode code = returnCode(answered.answers());
            boolean combine = code == ReturnCode.OK && !replies.isEmpty();
            Shareable reply = combine ? request.reply().combine(replies) : Shareable.reply(code);
            List<Integer> repliedBy = new ArrayList<>(replies.keySet());
            return new TaskResult(id, request.name(), code, reply, replies, repliedBy, since(start), null);
        } catch (ProtocolException e) {
            return unreadable(request, id, start, e);
        }
    }

    private static TaskResult unreadable(TaskRequest request, String id, long start, ProtocolException why) {
        String sentence = "a reply to task " + request.name() + " cannot be read: " + why.getMessage();
        return failed(request, id, start, RankFailure.ofSession(why.code(), sentence));
    }

    /** Called for the highest rank first, so that the lowest one's changes win. */
    private static void merge(
            int rank, Message.@Nullable Result result, Context context, SortedMap<Integer, Shareable> replies)
            throws ProtocolException {
        if (result == null || result.body().isEmpty()) {
            return;
        }
        Bodies.ReplyBody body = Bodies.readReply(result.body());
        if (body.changes() != null) {
            context.apply(body.changes());
        }
        if (body.shareable() != null) {
            replies.put(rank, body.shareable());
        }
    }

    private static ReturnCode returnCode(SortedMap<Integer, Message.Result> answers) {
        for (Message.Result result : answers.values()) {
            if (!result.returnCode().equals(ReturnCode.OK.name())) {
                return Shareable.reply(ReturnCode.OK)
                        .header(Shareable.RETURN_CODE, result.returnCode())
                        .returnCode();
            }
        }
        return ReturnCode.OK;
    }

    private static TaskResult failed(TaskRequest request, String id, long start, RankFailure failure) {
        LOG.warn("task {} failed: {}", request.name(), failure.message());
        Shareable reply = Shareable.reply(ReturnCode.EXECUTION_RESULT_ERROR).header("error", failure.message());
        return new TaskResult(
                id,
                request.name(),
                ReturnCode.EXECUTION_RESULT_ERROR,
                reply,
                empty(),
                List.of(),
                since(start),
                failure);
    }

    private static SortedMap<Integer, Shareable> empty() {
        return Collections.emptySortedMap();
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
