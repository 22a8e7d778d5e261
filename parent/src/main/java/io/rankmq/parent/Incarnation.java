// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.BrokerException;
import io.rankmq.broker.SessionPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.LaunchException;
import io.rankmq.parent.launch.LaunchRequest;
import io.rankmq.parent.launch.RelayedOutput;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.transport.EventLoop;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One start of the gang, from its keys to the end of its last process: owns the port at the broker, the core, the processes and the threads
 * that handle its ranks' events. Nothing of one incarnation is used by the next. Safe for use by many threads; {@link #start} is called once.
 */
final class Incarnation {
    private static final Logger LOG = LoggerFactory.getLogger(Incarnation.class);
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int LAST_LINES = 20;
    private static final long LINES_ARE_LATE_NANOS = 250_000_000L;
    /** What a launcher that is starting processes gets to finish when the end comes; one that waits for others is interrupted then. */
    private static final Duration LAUNCH_GRACE = Duration.ofSeconds(2);

    private final int number;
    private final SessionSpec spec;
    private final EventLoop loop;
    private final @Nullable Path logs;
    /** What ranks write, if they are to send it. */
    private final @Nullable RelayedOutput output;

    private final EventLanes lanes;
    private final ReservedEvents events;
    private final CoreDriver driver;
    private final long begunNanos = System.nanoTime();
    private final CompletableFuture<Pending.Outcome<Message.Initialized>> initialized = new CompletableFuture<>();
    /** Done when the launcher has returned; empty if it has started nothing. */
    private final CompletableFuture<Optional<Gang>> launched = new CompletableFuture<>();

    /** Done when the port is open; empty if it has no data plane. */
    private final CompletableFuture<Optional<ParentData>> data = new CompletableFuture<>();

    private final CompletableFuture<Boolean> ending = new CompletableFuture<>();
    private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
    /** The gang in the place of this one, once it is lost; empty if there will be none. */
    private final CompletableFuture<Optional<Incarnation>> successor = new CompletableFuture<>();
    /** Guarded by this: the launcher has been called. */
    private boolean launching;
    /** Guarded by this: who is in the launcher now. */
    private @Nullable Thread launchThread;
    /** Guarded by this: the launcher was told to give up. */
    private boolean isLaunchCutShort;

    private volatile List<RankInfo> lastRanks;
    private volatile SessionStats lastStats = SessionStats.NONE;

    /**
     * An incarnation that has nothing yet.
     *
     * @param number which start of the gang, from 0
     * @param work handles the ranks' events
     * @param lost told by the loop thread when it fails after its start; whoever waits is answered by {@link #completeFailure}
     */
    Incarnation(
            int number,
            SessionSpec spec,
            EventLoop loop,
            EventLanes.Work work,
            BiConsumer<Incarnation, RankFailure> lost) {
        this.number = number;
        this.spec = spec;
        this.loop = loop;
        logs = spec.logDirectory() == null
                ? null
                : spec.logDirectory().resolve(spec.id()).resolve("attempt_" + number);
        lanes = new EventLanes("rankmq-" + spec.id(), spec.worldSize(), this::handle, this::eventsHandled);
        driver = new CoreDriver(loop, lanes, spec.listeners(), failure -> lost.accept(this, failure));
        output = spec.launcher().ranksRelayOutput() ? new RelayedOutput(logs, driver) : null;
        driver.relaysTo(output);
        events = new ReservedEvents(work, output, driver::refusedEvent);
        lastRanks = IntStream.range(0, spec.worldSize())
                .mapToObj(rank -> new RankSlot(rank, number, 0).info())
                .toList();
    }

    int number() {
        return number;
    }

    CompletableFuture<Optional<Incarnation>> successor() {
        return successor;
    }

    Duration age() {
        return Duration.ofNanos(System.nanoTime() - begunNanos);
    }

    // ---- start ----

    /**
     * Starts and initialises the ranks.
     *
     * @param initialize body of INITIALIZE
     * @param avoidHosts hosts on which ranks were lost before
     * @return why that failed, or null; after a failure the caller ends it
     */
    @Nullable
    RankFailure start(BrokerAccess.Connection broker, Body initialize, Set<String> avoidHosts)
            throws InterruptedException {
        try {
            SortedMap<Integer, CurveKeyPair> keys = new TreeMap<>();
            for (int rank = 0; rank < spec.worldSize(); rank++) {
                keys.put(rank, CurveKeyPair.generate());
            }
            CurveKeyPair join = spec.launcher().ranksClaim() ? CurveKeyPair.generate() : null;
            SessionPort opened = open(broker, keys, join);
            if (opened == null) {
                return over();
            }
            ParentData plane = ParentData.open(
                    spec.data(),
                    broker,
                    SessionRegistration.of(spec.id(), number, keys),
                    spec.limits().lease());
            data.complete(Optional.ofNullable(plane));
            driver.uses(plane);
            launch(
                    loop.call(() -> begin(opened, initialize, join == null ? null : keys), SessionRuntime.SLACK),
                    keys,
                    join,
                    avoidHosts);
            Duration limit = spec.limits().joinTimeout().plus(spec.limits().initializeTimeout());
            awaitAny(limit.plus(SessionRuntime.SLACK), initialized, ended);
            return initialized.isDone() ? initialized.join().failure() : over();
        } catch (LaunchException e) {
            return RankFailure.ofSession(ErrorCode.LAUNCH_FAILED, String.valueOf(e.getMessage()));
        } catch (BrokerException e) {
            return RankFailure.ofSession(ErrorCode.BROKER_LOST, String.valueOf(e.getMessage()));
        }
    }

    /** Returns null if the end came first. */
    private @Nullable SessionPort open(
            BrokerAccess.Connection broker, SortedMap<Integer, CurveKeyPair> keys, @Nullable CurveKeyPair join)
            throws InterruptedException {
        SessionRegistration registration =
                SessionRegistration.of(spec.id(), number, keys).withJoinKey(join == null ? null : join.publicKey());
        CompletableFuture<SessionPort> port = loop.call(() -> broker.open(registration, driver), SessionRuntime.SLACK);
        try {
            awaitAny(broker.openWithin(), port, ending);
        } catch (IllegalStateException late) {
            throw new BrokerException(loop.call(broker::whySilent, SessionRuntime.SLACK));
        }
        if (port.isCompletedExceptionally()) {
            try {
                port.join();
            } catch (RuntimeException e) {
                if (e.getCause() instanceof BrokerException refused) {
                    throw refused;
                }
                throw e;
            }
        }
        return port.getNow(null);
    }

    /** Loop thread. */
    private SessionPort begin(SessionPort opened, Body initialize, @Nullable SortedMap<Integer, CurveKeyPair> claimed) {
        SessionPort port = spec.port().apply(opened);
        if (claimed != null) {
            Claims claims = new Claims(claimed, spec.limits().joinTimeout(), driver.now());
            driver.giveRanks(new ClaimDesk(spec, number, claims, port));
        }
        SessionCore core = new SessionCore(
                spec.id(),
                number,
                spec.worldSize(),
                spec.limits(),
                driver,
                initialize,
                RANDOM.nextLong(1L << 52),
                driver.now(),
                initialized::complete);
        driver.begin(port, core);
        return port;
    }

    private void launch(
            SessionPort port,
            SortedMap<Integer, CurveKeyPair> keys,
            @Nullable CurveKeyPair join,
            Set<String> avoidHosts)
            throws LaunchException {
        BootstrapDocument whole = new BootstrapDocument(
                spec.id(),
                number,
                spec.worldSize(),
                port.commandsEndpoint(),
                port.controlEndpoint(),
                port.eventsEndpoint(),
                port.serverKey(),
                spec.allow(),
                keys,
                null,
                data.join().map(ParentData::access).orElse(null),
                output != null);
        BootstrapDocument bootstrap = join == null ? whole : whole.forClaims(join);
        if (!mayLaunch()) {
            return;
        }
        Gang gang = null;
        try {
            gang = spec.launcher()
                    .launch(
                            new LaunchRequest(
                                    spec.id(),
                                    number,
                                    spec.worldSize(),
                                    bootstrap,
                                    logs,
                                    avoidHosts,
                                    spec.limits().lease()),
                            driver);
        } finally {
            launchReturned();
            launched.complete(Optional.ofNullable(gang));
        }
        Gang processes = gang;
        driver.post(core -> driver.launched(processes));
    }

    private synchronized boolean mayLaunch() {
        launching = !ending.isDone();
        launchThread = launching ? Thread.currentThread() : null;
        return launching;
    }

    private synchronized void launchReturned() {
        launchThread = null;
        if (isLaunchCutShort) {
            // It was for the launcher alone.
            boolean unused = Thread.interrupted();
        }
    }

    /** A launcher may wait long, as for nodes of Slurm; what is to end does not. */
    private synchronized void cutLaunchShort() {
        if (launchThread != null) {
            isLaunchCutShort = true;
            launchThread.interrupt();
        }
    }

    /** Whether all ranks are initialised, or that has failed. Asked by the loop thread it cannot change under the question. */
    boolean isStartOver() {
        return initialized.isDone();
    }

    // ---- use ----

    /** Has the loop thread do something with the core; false if there is none, or the loop has ended. */
    boolean post(Consumer<SessionCore> action) {
        return driver.post(action);
    }

    long now() {
        return driver.now();
    }

    /** The data plane, or null if there is none. */
    @Nullable
    ParentData data() {
        return data.getNow(Optional.empty()).orElse(null);
    }

    DataStats dataStats() {
        ParentData plane = data();
        return plane == null ? DataStats.NONE : plane.stats();
    }

    /** The hosts on which ranks are lost or missing. */
    Set<String> lostHosts() {
        return ask(SessionCore::lostHosts, Set.of());
    }

    List<RankInfo> ranks() {
        return ended.isDone() ? lastRanks : ask(SessionCore::infos, lastRanks);
    }

    SessionStats stats() {
        return ended.isDone() ? lastStats : ask(SessionCore::stats, lastStats);
    }

    /** The last lines of a rank; from another host, or through a wrapper, they may arrive a moment after the news of its end. */
    List<String> lastLines(int rank) {
        Gang gang = launched.getNow(Optional.empty()).orElse(null);
        if (gang == null || rank == RankFailure.NO_RANK) {
            return List.of();
        }
        LockSupport.parkNanos(LINES_ARE_LATE_NANOS);
        if (output != null) {
            return output.lastLines(rank, LAST_LINES);
        }
        return gang.lastLines(rank, LAST_LINES);
    }

    /** Answers all who wait. */
    void completeFailure(RankFailure told) {
        driver.post(core -> core.completeFailure(told));
    }

    private <T> T ask(Function<SessionCore, T> question, T otherwise) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (!driver.post(core -> answer.complete(question.apply(core)))) {
            return otherwise;
        }
        try {
            return answer.get(SessionRuntime.SLACK.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return otherwise;
        } catch (ExecutionException | TimeoutException e) {
            return otherwise;
        }
    }

    private EventLanes.@Nullable Answer handle(int rank, Message.Event event) {
        return events.handle(rank, event);
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

    // ---- end ----

    /** Ends everything that belongs to this incarnation; idempotent; returns when nothing is left, or within the graces. */
    void end(String reason) {
        if (!beginEnd()) {
            awaitEnded();
            return;
        }
        try {
            endRanks(reason);
            long dropped = lanes.close(spec.limits().closeGrace());
            if (dropped > 0) {
                LOG.warn("{} events of ranks were not handled any more when attempt_{} ended", dropped, number);
            }
            if (output != null) {
                output.close();
            }
            lastRanks = ask(SessionCore::infos, lastRanks);
            lastStats = ask(SessionCore::stats, lastStats).withDropped(dropped);
        } finally {
            driver.end();
            CompletableFuture<Void> unused = data.thenAccept(plane -> plane.ifPresent(ParentData::close));
            ended.complete(true);
        }
    }

    private synchronized boolean beginEnd() {
        return ending.complete(true);
    }

    private void endRanks(String reason) {
        SessionLimits limits = spec.limits();
        long end = System.nanoTime() + limits.closeGrace().toNanos();
        CompletableFuture<Pending.Outcome<Message.Leaving>> left = new CompletableFuture<>();
        boolean told = driver.post(core -> core.close(reason, driver.now(), outcome -> {
            warnOfWhatIsUndone(reason, outcome);
            left.complete(outcome);
        }));
        Gang gang = null;
        try {
            gang = awaitLaunched();
            if (told) {
                awaitAny(limits.closeGrace().plus(SessionRuntime.SLACK), left);
            }
            if (gang != null) {
                Duration rest = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
                if (!gang.awaitEnd(rest)) {
                    gang.terminate();
                    gang.awaitEnd(limits.killGrace());
                }
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants it quick: the processes are killed without their grace.
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.error("session {} could not be closed in order; its ranks are killed", spec.id(), e);
        } finally {
            // Also what a launcher starts that has not returned yet.
            CompletableFuture<Void> unused = launched.thenAccept(late -> late.ifPresent(this::discard));
        }
    }

    /** A rank that leaves something undone adds it to the reason that it was given. */
    private void warnOfWhatIsUndone(String reason, Pending.Outcome<Message.Leaving> outcome) {
        outcome.answers().forEach((rank, leaving) -> {
            if (leaving.reason().startsWith(reason) && !leaving.reason().equals(reason)) {
                LOG.warn("rank {} of session {} left: {}", rank, spec.id(), leaving.reason());
            }
        });
    }

    private @Nullable Gang awaitLaunched() throws InterruptedException {
        synchronized (this) {
            if (!launching) {
                return null;
            }
        }
        try {
            awaitAny(LAUNCH_GRACE, launched);
        } catch (IllegalStateException late) {
            cutLaunchShort();
            awaitAny(SessionRuntime.SLACK, launched);
        }
        return launched.join().orElse(null);
    }

    private void discard(Gang gang) {
        try {
            gang.kill();
            gang.close();
        } catch (RuntimeException e) {
            LOG.error("attempt_{} of session {} has left something behind", number, spec.id(), e);
        }
    }

    private void awaitEnded() {
        SessionLimits limits = spec.limits();
        Duration bound =
                limits.closeGrace().multipliedBy(4).plus(limits.killGrace()).plus(SessionRuntime.SLACK.multipliedBy(2));
        try {
            awaitAny(bound, ended);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IllegalStateException e) {
            LOG.error("attempt_{} of session {} is not ended after {}", number, spec.id(), Failures.words(bound));
        }
    }

    private RankFailure over() {
        return Failures.sessionOver(spec.id());
    }

    /**
     * Waits until one of them is done, well or not.
     *
     * @throws IllegalStateException if none is within the limit
     */
    private static void awaitAny(Duration limit, CompletableFuture<?>... futures) throws InterruptedException {
        try {
            CompletableFuture.anyOf(futures).get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            // Whoever waits looks for himself.
        } catch (TimeoutException e) {
            throw new IllegalStateException("nothing happened within " + Failures.words(limit), e);
        }
    }
}
