// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Engine;
import io.rankmq.api.StickyProperties;
import io.rankmq.broker.BrokerException;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.component.AllowList;
import io.rankmq.component.ComponentException;
import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns the loop, the broker's port, the processes and the handlers' threads of one session, from its start to its end. */
final class SessionRuntime {

    /** Added to a deadline that the core keeps, in case the loop is late. */
    static final Duration SLACK = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(SessionRuntime.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int LAST_LINES = 20;
    private static final long LINES_ARE_LATE_NANOS = 250_000_000L;
    private static final int FIRST_INCARNATION = 0;

    private final SessionSpec spec;
    private final String id;
    private final StickyProperties sticky = new StickyProperties();
    private final EventLoop loop;
    private final EventLanes lanes;
    private final CoreDriver driver;
    private final CompletableFuture<Gang> gang = new CompletableFuture<>();
    private final CompletableFuture<Pending.Outcome<Message.Initialized>> initialized = new CompletableFuture<>();
    private final AtomicReference<@Nullable String> abortReason = new AtomicReference<>();
    private final AtomicBoolean endRunDue = new AtomicBoolean();
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile Runnable forgetAbort = () -> {};
    private volatile boolean loopIsDead;
    private volatile @Nullable RankFailure failure;
    private volatile List<RankInfo> lastRanks = List.of();
    private volatile SessionStats lastStats = new SessionStats(0, 0, 0, 0, 0, 0, 0, 0);

    SessionRuntime(SessionSpec spec, Engine engine, Handlers handlers) {
        this.spec = spec;
        id = spec.id();
        checkAllowList(spec);
        sticky.newContext(engine, spec.properties());
        loop = EventLoop.start("rankmq-" + id, Ticker.system(), this::onLoopDied);
        EventWork work = new EventWork(engine, sticky, handlers, spec.listeners());
        lanes = new EventLanes("rankmq-" + id, spec.worldSize(), work, this::eventsHandled);
        driver = new CoreDriver(loop, lanes, spec.listeners(), this::onFailure);
    }

    // ---- start ----

    /**
     * Starts and initialises the ranks.
     *
     * @throws RankFailedException if that fails; nothing is left
     */
    void start(Engine engine) {
        RankFailure cause = null;
        try {
            SortedMap<Integer, CurveKeyPair> keys = new TreeMap<>();
            for (int rank = 0; rank < spec.worldSize(); rank++) {
                keys.put(rank, CurveKeyPair.generate());
            }
            Body body = Bodies.initialize(spec.executorId(), spec.components(), sticky.newContext(engine));
            SessionPort opened = spec.broker().open(loop, SessionRegistration.of(id, FIRST_INCARNATION, keys), driver);
            SessionPort port = loop.call(() -> begin(opened, body), SLACK);
            forgetAbort = spec.abort()
                    .onTrigger(() -> abort(String.valueOf(spec.abort().reason())));
            if (!isAborted()) {
                launch(port, keys);
            }
            Duration limit = spec.limits()
                    .joinTimeout()
                    .plus(spec.limits().initializeTimeout())
                    .plus(SLACK);
            cause = await(initialized, limit).failure();
        } catch (LaunchException e) {
            cause = RankFailure.ofSession(ErrorCode.LAUNCH_FAILED, String.valueOf(e.getMessage()));
        } catch (BrokerException e) {
            cause = RankFailure.ofSession(ErrorCode.BROKER_LOST, String.valueOf(e.getMessage()));
        } catch (ProtocolException e) {
            cause = RankFailure.ofSession(e.code(), "the session cannot be initialised: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cause = RankFailure.ofSession(ErrorCode.TASK_ABORTED, "the starting thread was interrupted");
        } finally {
            if (cause != null || !initialized.isDone()) {
                end("the session could not be started");
            }
        }
        if (cause != null) {
            throw new RankFailedException(cause);
        }
        endRunDue.set(true);
    }

    private SessionPort begin(SessionPort opened, Body initializeBody) {
        SessionPort port = spec.port().apply(opened);
        SessionCore core = new SessionCore(
                id,
                FIRST_INCARNATION,
                spec.worldSize(),
                spec.limits(),
                driver,
                initializeBody,
                RANDOM.nextLong(1L << 52),
                driver.now(),
                initialized::complete);
        driver.begin(port, core);
        return port;
    }

    private void launch(SessionPort port, SortedMap<Integer, CurveKeyPair> keys) throws LaunchException {
        BootstrapDocument bootstrap = new BootstrapDocument(
                id,
                FIRST_INCARNATION,
                spec.worldSize(),
                port.commandsEndpoint(),
                port.controlEndpoint(),
                port.eventsEndpoint(),
                port.serverKey(),
                spec.allow(),
                keys);
        Path logs = spec.logDirectory() == null
                ? null
                : spec.logDirectory().resolve(id).resolve("attempt_" + FIRST_INCARNATION);
        Gang processes = spec.launcher()
                .launch(new LaunchRequest(id, FIRST_INCARNATION, spec.worldSize(), bootstrap, logs, Set.of()), driver);
        gang.complete(processes);
        driver.post(core -> driver.launched(processes));
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

    void execute(Message.Execute command, Duration limit, Consumer<Pending.Outcome<Message.Result>> done) {
        if (!driver.post(core -> core.execute(command, limit, driver.now(), done))) {
            done.accept(over());
        }
    }

    private <A> Pending.Outcome<A> over() {
        RankFailure known = failure;
        RankFailure cause =
                known != null ? known : RankFailure.ofSession(ErrorCode.SESSION_CLOSED, "session " + id + " is over");
        return new Pending.Outcome<>(Collections.emptySortedMap(), cause);
    }

    void cancelTask(@Nullable String reason) {
        driver.post(core -> core.cancelTask(String.valueOf(reason), driver.now(), () -> {}));
    }

    /** Relays an event; {@code awaited} null means all ranks that live then. */
    void relay(
            String event, @Nullable BitSet awaited, Body body, Consumer<Pending.Outcome<Message.EventHandled>> done) {
        boolean posted = driver.post(
                core -> core.relay(event, awaited == null ? core.living() : awaited, body, driver.now(), done));
        if (!posted) {
            done.accept(over());
        }
    }

    void post(String event, Body body, Runnable sent) {
        if (!driver.post(core -> core.post(event, body, sent))) {
            sent.run();
        }
    }

    /**
     * Waits for what the core will complete.
     *
     * @throws IllegalStateException if the core does not keep its deadline, which is a bug
     */
    <T> T await(CompletableFuture<T> future, Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.plus(SLACK).toNanos();
        while (true) {
            try {
                return future.get(500, TimeUnit.MILLISECONDS);
            } catch (TimeoutException e) {
                if (loopIsDead || ended.getCount() == 0 || System.nanoTime() - end > 0) {
                    throw new IllegalStateException("session " + id + " is over, or its loop does not answer", e);
                }
            } catch (ExecutionException e) {
                throw new IllegalStateException("session " + id + " failed within", e.getCause());
            }
        }
    }

    // ---- end ----

    /** Aborts the start, or the running task and then the session; returns at once. */
    void abort(String reason) {
        if (!abortReason.compareAndSet(null, reason)) {
            return;
        }
        if (initialized.isDone()) {
            CompletableFuture<Boolean> idle = new CompletableFuture<>();
            driver.post(core -> core.cancelTask(reason, driver.now(), () -> idle.complete(true)));
            background("abort", () -> {
                awaitIdle(idle);
                end("aborted: " + reason);
            });
        } else {
            driver.post(core -> core.fail(RankFailure.ofSession(ErrorCode.TASK_ABORTED, "aborted: " + reason)));
        }
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

    /** Whether END_RUN is still to be fired; true only once, and never after a failure or an abort. */
    boolean beginEnd() {
        return endRunDue.compareAndSet(true, false) && !isAborted() && !ending.get();
    }

    /** Ends everything that belongs to the session; idempotent; returns when nothing is left, or within the graces. */
    void end(String reason) {
        if (ending.compareAndSet(false, true)) {
            try {
                forgetAbort.run();
                endRanks(reason);
                lanes.close(spec.limits().closeGrace());
                remember();
            } finally {
                driver.closePort();
                loop.close();
                ended.countDown();
            }
        } else {
            awaitEnded();
        }
    }

    private void endRanks(String reason) {
        SessionLimits limits = spec.limits();
        long end = System.nanoTime() + limits.closeGrace().toNanos();
        CompletableFuture<Pending.Outcome<Message.Leaving>> left = new CompletableFuture<>();
        boolean told = driver.isBegun() && driver.post(core -> core.close(reason, driver.now(), left::complete));
        Gang processes = gang.getNow(null);
        try {
            if (told) {
                await(left, limits.closeGrace());
            }
            if (processes != null) {
                Duration rest = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                if (!processes.awaitEnd(rest)) {
                    processes.terminate();
                    processes.awaitEnd(limits.killGrace());
                }
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants it quick: the processes are killed without their grace.
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.error("session {} could not be closed in order; its ranks are killed", id, e);
        } finally {
            if (processes != null) {
                processes.kill();
                processes.close();
            }
        }
    }

    private void awaitEnded() {
        SessionLimits limits = spec.limits();
        Duration bound =
                limits.closeGrace().multipliedBy(4).plus(limits.killGrace()).plus(SLACK);
        try {
            if (!ended.await(bound.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.error("session {} is not ended after {}", id, Failures.words(bound));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called by the loop thread: the rest is done by a thread of its own, for it waits. */
    private void onFailure(RankFailure first) {
        background("failure", () -> {
            RankFailure told = first.withLastLines(lastLines(first.rank()));
            failure = told;
            spec.listeners().forEach(listener -> listener.onFailure(told));
            driver.post(core -> core.completeFailure(told));
            end(told.message());
        });
    }

    /** The last lines of the rank at fault; they may arrive a moment after the news of its end. */
    private List<String> lastLines(int rank) {
        Gang processes = gang.getNow(null);
        if (processes == null || rank == RankFailure.NO_RANK) {
            return List.of();
        }
        LockSupport.parkNanos(LINES_ARE_LATE_NANOS);
        return processes.lastLines(rank, LAST_LINES);
    }

    private void onLoopDied(Throwable cause) {
        loopIsDead = true;
        background("fatal", () -> end("the loop died: " + cause));
    }

    private void background(String what, Runnable work) {
        Thread thread = new Thread(work, "rankmq-" + id + "-" + what);
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
        return ended.getCount() == 0 ? lastRanks : ask(SessionCore::infos, lastRanks);
    }

    SessionStats stats(long eventsDown, long failures) {
        SessionStats stats = ended.getCount() == 0 ? lastStats : ask(SessionCore::stats, lastStats);
        return stats.withParents(eventsDown, failures);
    }

    private void remember() {
        lastRanks = ask(SessionCore::infos, lastRanks);
        lastStats = ask(SessionCore::stats, lastStats);
    }

    private <T> T ask(Function<SessionCore, T> question, T otherwise) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!driver.isBegun() || !driver.post(core -> answer.complete(question.apply(core)))) {
            return otherwise;
        }
        try {
            return answer.get(SLACK.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException | TimeoutException e) {
            return otherwise;
        }
    }

    private void eventsHandled(int rank, long upto, long count, long bytes, EventLanes.@Nullable Answer answer) {
        driver.post(core -> core.eventHandled(
                rank,
                upto,
                count,
                bytes,
                answer == null ? null : answer.reply(),
                answer == null ? null : answer.error()));
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
