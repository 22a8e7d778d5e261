// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Engine;
import io.rankmq.api.StickyProperties;
import io.rankmq.component.AllowList;
import io.rankmq.component.ComponentException;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the loop and the gangs of one session, from its start to its end: callers and the end of the session meet here. */
final class SessionRuntime {

    /** Added to a deadline that the core keeps, in case the loop is late. */
    static final Duration SLACK = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(SessionRuntime.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";

    private final SessionSpec spec;
    private final String id;
    private final StickyProperties sticky = new StickyProperties();
    private final EventLoop loop;
    private final Gangs gangs;
    private final AtomicReference<@Nullable String> abortReason = new AtomicReference<>();
    private final AtomicBoolean endRunDue = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Runnable forgetAbort = () -> {};
    private volatile boolean loopIsDead;
    private volatile @Nullable RankFailure failure;

    SessionRuntime(SessionSpec spec, Engine engine, Handlers handlers) {
        this.spec = spec;
        id = spec.id();
        checkAllowList(spec);
        sticky.newContext(engine, spec.properties());
        loop = EventLoop.start("rankmq-" + id, Ticker.system(), this::onLoopDied);
        EventWork work = new EventWork(engine, sticky, handlers, spec.listeners());
        gangs = new Gangs(spec, loop, work, () -> sticky.newContext(engine), this::onFailure);
    }

    // ---- start ----

    /**
     * Starts and initialises the ranks.
     *
     * @throws RankFailedException if that fails; nothing is left
     */
    void start() {
        RankFailure cause = null;
        boolean isStarted = false;
        try {
            forgetAbort = spec.abort()
                    .onTrigger(() -> abort(String.valueOf(spec.abort().reason())));
            cause = isAborted() ? aborted() : gangs.start();
            isStarted = cause == null;
            if (cause != null) {
                tell(isAborted() ? aborted() : cause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause = RankFailure.ofSession(ErrorCode.TASK_ABORTED, "the starting thread was interrupted");
        } catch (IllegalStateException e) {
            // An abort ends the loop, whoever waits for it.
            if (!isAborted()) {
                throw e;
            }
            cause = aborted();
        } finally {
            if (!isStarted) {
                end("the session could not be started");
            }
        }
        if (cause != null) {
            throw new RankFailedException(isAborted() ? aborted() : cause);
        }
        endRunDue.set(true);
    }

    private static void checkAllowList(SessionSpec spec) {
        AllowList allow = AllowList.of(spec.allow());
        for (ComponentConfig component : spec.components()) {
            try {
                allow.checkAll(component, null);
            } catch (ComponentException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }
    }

    // ---- use ----

    /** The gang that tasks are given to; it may be lost by now. */
    Incarnation gang() {
        return gangs.ready();
    }

    /** Gives a task to a gang, unless it is not wanted any more when its turn comes. */
    void execute(
            Incarnation gang,
            Message.Execute command,
            Duration limit,
            BooleanSupplier unwanted,
            Consumer<Pending.Outcome<Message.Result>> done) {
        boolean posted = gang.post(core -> {
            if (unwanted.getAsBoolean()) {
                done.accept(failed(RankFailure.ofSession(ErrorCode.TASK_ABORTED, "the task was cancelled")));
            } else {
                core.execute(command, limit, gang.now(), done);
            }
        });
        if (!posted) {
            done.accept(failed(over()));
        }
    }

    /** Why nothing can be done any more: the failure that ended the session, or that it is closed. */
    RankFailure over() {
        RankFailure known = failure;
        return known != null ? known : Failures.sessionOver(id);
    }

    /** Whether the session has failed for good. */
    boolean isFailed() {
        return failure != null;
    }

    void cancelTask(@Nullable String reason) {
        cancelTask(String.valueOf(reason), () -> {});
    }

    private void cancelTask(String reason, Runnable idle) {
        Incarnation gang = gangs.current();
        if (!gang.post(core -> core.cancelTask(reason, gang.now(), idle))) {
            idle.run();
        }
    }

    /** Relays an event; {@code awaited} null means all ranks that live then. While a gang is being replaced it fails at once. */
    void relay(
            String event, @Nullable BitSet awaited, Body body, Consumer<Pending.Outcome<Message.EventHandled>> done) {
        Incarnation gang = gangs.current();
        boolean posted =
                gang.post(core -> core.relay(event, awaited == null ? core.living() : awaited, body, gang.now(), done));
        if (!posted) {
            done.accept(failed(over()));
        }
    }

    /** Sends an event; {@code sent} is told when that is done, or why it cannot be. */
    void post(String event, Body body, Consumer<Optional<RankFailure>> sent) {
        if (!gangs.current().post(core -> core.post(event, body, sent))) {
            sent.accept(Optional.of(over()));
        }
    }

    private static <A> Pending.Outcome<A> failed(RankFailure cause) {
        return new Pending.Outcome<>(Collections.emptySortedMap(), cause);
    }

    /**
     * Waits for what the core will complete.
     *
     * @throws IllegalStateException if the core does not keep its deadline, which is a bug
     */
    <T> T await(CompletableFuture<T> future, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.plus(SLACK).toNanos();
        while (true) {
            Optional<T> answer = poll(future);
            if (answer.isPresent()) {
                return answer.get();
            }
            if (isOver() || System.nanoTime() - end > 0) {
                throw new IllegalStateException("session " + id + " is over, or its loop does not answer");
            }
        }
    }

    /** Waits for another gang in the place of a lost one, at most until the session is over; each step of a restart has its own deadline. */
    Optional<Incarnation> awaitSuccessor(Incarnation lost, CompletableFuture<?> unwanted) throws InterruptedException {
        CompletableFuture<Object> either = CompletableFuture.anyOf(lost.successor(), unwanted);
        while (poll(either).isEmpty() && !isOver()) {
            // Neither yet.
        }
        return lost.successor().getNow(Optional.empty());
    }

    private boolean isOver() {
        return loopIsDead || ended.getCount() == 0;
    }

    private <T> Optional<T> poll(CompletableFuture<T> future) throws InterruptedException {
        try {
            return Optional.of(future.get(500, TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new IllegalStateException("session " + id + " failed within", e.getCause());
        }
    }

    // ---- end ----

    /** Aborts the start, or the running task and then the session; returns at once. */
    void abort(String reason) {
        if (!abortReason.compareAndSet(null, reason)) {
            return;
        }
        gangs.letNoneFollow();
        CompletableFuture<Boolean> idle = new CompletableFuture<>();
        cancelTask(reason, () -> idle.complete(true));
        background(id, "abort", () -> {
            awaitIdle(idle);
            end("aborted: " + reason);
        });
    }

    private void awaitIdle(CompletableFuture<Boolean> idle) {
        try {
            await(idle, spec.limits().abortGrace());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.warn("session {} is ended although a task may still run: {}", id, e.getMessage());
        }
    }

    boolean isAborted() {
        return abortReason.get() != null;
    }

    private RankFailure aborted() {
        return RankFailure.ofSession(ErrorCode.TASK_ABORTED, "aborted: " + abortReason.get());
    }

    /** Whether END_RUN is still to be fired; true only once, and never after a failure or an abort. */
    boolean beginEnd() {
        return endRunDue.compareAndSet(true, false) && !isAborted() && !ending.get();
    }

    /** Ends everything that belongs to the session; idempotent; returns when nothing is left, or within the graces. */
    void end(String reason) {
        if (!ending.compareAndSet(false, true)) {
            awaitEnded();
            return;
        }
        try {
            forgetAbort.run();
            gangs.end(reason);
        } finally {
            loop.close();
            ended.countDown();
        }
    }

    private void awaitEnded() {
        SessionLimits limits = spec.limits();
        Duration bound =
                limits.closeGrace().multipliedBy(4).plus(limits.killGrace()).plus(SLACK.multipliedBy(3));
        try {
            if (!ended.await(bound.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.error("session {} is not ended after {}", id, Failures.words(bound));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A gang was lost and is not replaced. */
    private void onFailure(RankFailure last) {
        tell(last);
        gangs.answer(last);
        end(last.message());
    }

    /** A failure that only follows from the end of the session is none. */
    private void tell(RankFailure last) {
        if (!ending.get()) {
            failure = last;
            spec.listeners().forEach(listener -> listener.onFailure(last));
        }
    }

    private void onLoopDied(Throwable cause) {
        loopIsDead = true;
        background(id, "fatal", () -> end("the loop died: " + cause));
    }

    /** Runs something that waits, and so must not hold up the loop. */
    static void background(String session, String what, Runnable work) {
        Thread thread = new Thread(work, "rankmq-" + session + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    // ---- looking ----

    String id() {
        return id;
    }

    StickyProperties sticky() {
        return sticky;
    }

    List<RankInfo> ranks() {
        return gangs.current().ranks();
    }

    SessionStats stats(long eventsDown, long failures) {
        return gangs.stats().withParents(eventsDown, failures);
    }

    DataStats dataStats() {
        return gangs.current().dataStats();
    }

    /** A random id. */
    static String newId() {
        StringBuilder letters = new StringBuilder("s-");
        for (int i = 0; i < 16; i++) {
            letters.append(ID_LETTERS.charAt(RANDOM.nextInt(ID_LETTERS.length())));
        }
        return letters.toString();
    }
}
