// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The commands that wait for answers, each with its deadline: INITIALIZE, the task, relayed events, CLOSE. Used by the loop thread only. */
final class Calls {
    private final SessionLimits limits;
    private final RankTable ranks;
    private final CommandLog log;
    private final List<Pending<Message.EventHandled>> relays = new ArrayList<>();
    private final Pending<Message.Initialized> initialize;
    private long initializeDeadline = RankSlot.NEVER;
    private @Nullable Pending<Message.Result> task;
    private String taskId = "";
    private Duration taskLimit = Duration.ZERO;
    private long abortDeadline = RankSlot.NEVER;
    private @Nullable Pending<Message.Leaving> closing;
    private boolean failed;

    Calls(
            SessionLimits limits,
            RankTable ranks,
            CommandLog log,
            Consumer<Pending.Outcome<Message.Initialized>> initialized) {
        this.limits = limits;
        this.ranks = ranks;
        this.log = log;
        initialize = new Pending<>("INITIALIZE", everybody(), RankSlot.NEVER, initialized);
    }

    void initialize(Body body, long now) {
        initializeDeadline = now + limits.initializeTimeout().toNanos();
        log.submit(new Message.Initialize(body), initialize::numbered);
    }

    void execute(Message.Execute command, Duration timeout, long now, Consumer<Pending.Outcome<Message.Result>> done) {
        Pending<Message.Result> pending =
                new Pending<>("task " + command.name(), everybody(), now + timeout.toNanos(), done);
        task = pending;
        taskId = command.task();
        taskLimit = timeout;
        abortDeadline = RankSlot.NEVER;
        log.submit(command, pending::numbered);
    }

    /** Tells the running task, if there is one, to abort: from now on it has the abort grace to end. Runs {@code idle} when none runs. */
    void cancelTask(String reason, long now, Runnable idle) {
        Pending<Message.Result> pending = runningTask();
        if (pending == null) {
            idle.run();
        } else {
            pending.whenEnded(idle);
            log.submit(new Message.Abort(taskId, reason), seq -> {});
            abortDeadline = Math.min(abortDeadline, now + limits.abortGrace().toNanos());
        }
    }

    void relay(
            Message.HandleEvent command,
            BitSet awaited,
            long now,
            Consumer<Pending.Outcome<Message.EventHandled>> done) {
        Pending<Message.EventHandled> pending = new Pending<>(
                "event " + command.event(), awaited, now + limits.relayTimeout().toNanos(), done);
        relays.add(pending);
        log.submit(command, pending::numbered);
    }

    /** Waits for LEAVING of all living ranks. */
    void close(long now, Consumer<Pending.Outcome<Message.Leaving>> done) {
        closing =
                new Pending<>("CLOSE", ranks.living(), now + limits.closeGrace().toNanos(), done);
        closing.endIfAnswered();
    }

    /** Returns whether that was the last answer. */
    boolean answer(int rank, Message.Initialized initialized) {
        if (failed) {
            return false;
        }
        initialize.answer(rank, initialized);
        return initialize.isEnded();
    }

    /** Returns what the rank was running if this result belongs to it, or null if it comes too late. */
    @Nullable
    String accepts(int rank, Message.Result result) {
        Pending<Message.Result> pending = runningTask();
        return !failed && pending != null && taskId.equals(result.task()) && pending.awaits(rank)
                ? pending.what()
                : null;
    }

    void answer(int rank, Message.Result result) {
        if (task != null) {
            task.answer(rank, result);
        }
    }

    void answer(int rank, Message.EventHandled handled) {
        if (failed) {
            return;
        }
        for (Pending<Message.EventHandled> relay : List.copyOf(relays)) {
            if (relay.seq() == handled.command()) {
                relay.answer(rank, handled);
            }
        }
        relays.removeIf(Pending::isEnded);
    }

    void answer(int rank, Message.Leaving leaving) {
        if (closing != null) {
            closing.answer(rank, leaving);
        }
    }

    /** The rank is lost: nobody waits for its LEAVING. */
    void excuse(int rank) {
        if (closing != null) {
            closing.excuse(rank);
        }
    }

    /** Fails all but CLOSE. */
    void endAll(RankFailure why) {
        initialize.fail(why);
        if (task != null) {
            task.fail(why);
        }
        relays.forEach(relay -> relay.fail(why));
        relays.clear();
    }

    /** What runs, for a sentence, or null. */
    @Nullable
    String running() {
        Pending<Message.Result> pending = runningTask();
        return pending == null ? null : pending.what();
    }

    /** The session has failed: whoever waits will be told so, and no deadline matters any more but that of CLOSE. */
    void sessionFailed() {
        failed = true;
    }

    long nextDeadline() {
        long last = closing == null || closing.isEnded() ? RankSlot.NEVER : closing.deadline();
        if (failed) {
            return last;
        }
        long next = initialize.isEnded() ? RankSlot.NEVER : initializeDeadline;
        Pending<Message.Result> pending = runningTask();
        if (pending != null) {
            next = Math.min(next, Math.min(pending.deadline(), abortDeadline));
        }
        for (Pending<?> relay : relays) {
            next = Math.min(next, relay.deadline());
        }
        return Math.min(next, last);
    }

    /** Ends what is over its time; returns the failure that ends the session, if there is one. */
    @Nullable
    RankFailure expire(long now) {
        if (closing != null && now >= closing.deadline()) {
            closing.fail(
                    RankFailure.ofSession(ErrorCode.SESSION_CLOSED, "ranks " + closing.missing() + " did not leave"));
        }
        if (failed) {
            return null;
        }
        for (Pending<Message.EventHandled> relay : List.copyOf(relays)) {
            if (now >= relay.deadline()) {
                relay.fail(RankFailure.ofSession(
                        ErrorCode.HANDLER_FAILED,
                        "ranks " + relay.missing() + " did not answer " + relay.what() + " within "
                                + Failures.words(limits.relayTimeout())));
            }
        }
        relays.removeIf(Pending::isEnded);
        if (!initialize.isEnded() && now >= initializeDeadline) {
            return unanswered(
                    ErrorCode.INITIALIZE_TIMEOUT, initialize, limits.initializeTimeout(), "its initialisation");
        }
        Pending<Message.Result> pending = runningTask();
        if (pending == null) {
            return null;
        }
        if (now >= pending.deadline()) {
            return unanswered(ErrorCode.TASK_TIMEOUT, pending, taskLimit, pending.what());
        }
        return now < abortDeadline
                ? null
                : unanswered(
                        ErrorCode.TASK_TIMEOUT,
                        pending,
                        limits.abortGrace(),
                        pending.what() + ", which was told to abort,");
    }

    private RankFailure unanswered(ErrorCode code, Pending<?> pending, Duration limit, String what) {
        return Failures.unanswered(code, ranks.slot(pending.firstMissing()), what, limit, pending.missing());
    }

    private @Nullable Pending<Message.Result> runningTask() {
        return task == null || task.isEnded() ? null : task;
    }

    private BitSet everybody() {
        BitSet everybody = new BitSet();
        everybody.set(0, ranks.size());
        return everybody;
    }
}
