// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.GangListener;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The parent's decisions for one incarnation: who has joined, which command waits for whom, who is lost. No socket, thread or clock: it is
 * given messages and the time (nanos of a monotonic source), and calls its {@link SessionEffects}. Used by the loop thread only.
 *
 * <pre>
 *   JOINING --all ranks ready--> INITIALISING --all answered--> RUNNING --close--> CLOSING --all left, or grace over--> CLOSED
 *   any but CLOSING and CLOSED --failure--> FAILED --close--> CLOSED
 * </pre>
 */
final class SessionCore {
    private static final long LAST_WORDS_NANOS = 150_000_000L;

    private enum Phase {
        JOINING,
        INITIALISING,
        RUNNING,
        FAILED,
        CLOSING,
        CLOSED
    }

    private final String session;
    private final int incarnation;
    private final SessionLimits limits;
    private final SessionEffects effects;
    private final RankTable ranks;
    private final CommandLog log;
    private final Outbox outbox;
    private final Deliveries deliveries;
    private final Joins joins;
    private final EventIntake intake;
    private final long joinDeadline;
    private final Body initializeBody;
    private final Calls calls;
    private @Nullable RankFailure failure;
    private Phase phase = Phase.JOINING;
    private long heartbeatAt;
    private long tickedAt;
    private long rejected;
    private long late;
    private long handlerFailures;

    /**
     * A session whose ranks are about to be started.
     *
     * @param initializeBody body of INITIALIZE, sent when all ranks are ready
     * @param firstNonce random start of the probes' nonces, below 2^52
     * @param initialized told how the start ended
     */
    SessionCore(
            String session,
            int incarnation,
            int worldSize,
            SessionLimits limits,
            SessionEffects effects,
            Body initializeBody,
            long firstNonce,
            long now,
            Consumer<Pending.Outcome<Message.Initialized>> initialized) {
        this.session = session;
        this.incarnation = incarnation;
        this.limits = limits;
        this.effects = effects;
        this.initializeBody = initializeBody;
        ranks = new RankTable(worldSize, incarnation, firstNonce, now);
        log = new CommandLog(session, incarnation, effects);
        outbox = new Outbox(session, incarnation, effects);
        deliveries = new Deliveries(ranks, log, outbox);
        joins = new Joins(session, limits, ranks, log, deliveries, outbox, effects);
        intake = new EventIntake(session, incarnation, limits.eventWindow(), effects);
        joinDeadline = now + limits.joinTimeout().toNanos();
        calls = new Calls(limits, ranks, log, initialized);
        heartbeatAt = now;
        tickedAt = now;
    }

    // ---- messages ----

    /** A message of a rank on DEALER or PUSH; {@code rank} is the one that its key entitles it to be. */
    void onMessage(int rank, Envelope envelope, Message message, long now) {
        if (!envelope.session().equals(session)
                || envelope.incarnation() != incarnation
                || envelope.rank() != rank
                || rank >= ranks.size()) {
            if (message instanceof Message.Join) {
                joins.refuseForeign(rank);
            } else {
                rejected++;
            }
            return;
        }
        RankSlot slot = ranks.slot(rank);
        if (message instanceof Message.Join join) {
            joins.onJoin(slot, join, isOver(), now);
            return;
        }
        if (!slot.isIn()) {
            straggles(slot);
            return;
        }
        slot.heardAt = now;
        StreamName stream = message.kind().stream();
        if (stream == StreamName.REPORTS) {
            if (deliveries.takes(slot, envelope.seq(), message, now)) {
                takeReport(slot, message);
            }
        } else {
            onUnnumbered(slot, envelope.seq(), message, now);
        }
    }

    /** What was on its way when its rank left or was lost does no harm; before a rank has joined it has nothing to say. */
    private void straggles(RankSlot slot) {
        if (slot.isOver()) {
            late++;
        } else {
            rejected++;
        }
    }

    private void onUnnumbered(RankSlot slot, long seq, Message message, long now) {
        switch (message.kind()) {
            case ECHO -> onEcho(slot, ((Message.Echo) message).nonce(), now);
            case RANK_HEARTBEAT -> deliveries.onHeartbeat(slot, (Message.RankHeartbeat) message, now);
            case ACK -> deliveries.applied(slot, ((Message.Ack) message).upto());
            case RESEND -> deliveries.onResend(slot, ((Message.Resend) message).from(), now);
            case EVENT -> intake.onEvent(slot, seq, (Message.Event) message, now);
            case MARK -> intake.onMark(slot, ((Message.Mark) message).newest(), now);
            default -> rejected++;
        }
    }

    private boolean isOver() {
        return phase == Phase.FAILED || phase == Phase.CLOSING || phase == Phase.CLOSED;
    }

    private void onEcho(RankSlot slot, long nonce, long now) {
        if (joins.onEcho(slot, nonce) && phase == Phase.JOINING) {
            phase = Phase.INITIALISING;
            calls.initialize(initializeBody, now);
        }
    }

    private void takeReport(RankSlot slot, Message report) {
        switch (report.kind()) {
            case INITIALIZED -> {
                Message.Initialized initialized = (Message.Initialized) report;
                deliveries.applied(slot, initialized.applied());
                if (initialized.error() != null) {
                    fail(Failures.reported(slot, initialized.error(), "to initialise"));
                } else {
                    phase = calls.answer(slot.rank(), initialized) && phase == Phase.INITIALISING
                            ? Phase.RUNNING
                            : phase;
                }
            }
            case RESULT -> onResult(slot, (Message.Result) report);
            case EVENT_HANDLED -> onEventHandled(slot, (Message.EventHandled) report);
            case FAILED -> {
                Message.Failed failed = (Message.Failed) report;
                slot.moveTo(RankInfo.State.LOST);
                effects.rankChanged(slot.info());
                fail(Failures.reported(slot, failed.error(), inOrOutside()));
            }
            case LEAVING -> onLeaving(slot, (Message.Leaving) report);
            default -> rejected++;
        }
    }

    private void onResult(RankSlot slot, Message.Result result) {
        deliveries.applied(slot, result.applied());
        String what = calls.accepts(slot.rank(), result);
        if (what == null) {
            late++;
        } else if (result.error() != null) {
            fail(Failures.reported(slot, result.error(), "in " + what));
        } else {
            calls.answer(slot.rank(), result);
        }
    }

    private void onEventHandled(RankSlot slot, Message.EventHandled handled) {
        deliveries.applied(slot, handled.applied());
        if (handled.error() != null) {
            handlerFailures++;
        }
        calls.answer(slot.rank(), handled);
    }

    private void onLeaving(RankSlot slot, Message.Leaving leaving) {
        deliveries.applied(slot, leaving.applied());
        if (isOver()) {
            slot.moveTo(RankInfo.State.LEFT);
            effects.rankChanged(slot.info());
            calls.answer(slot.rank(), leaving);
        } else {
            slot.moveTo(RankInfo.State.LOST);
            effects.rankChanged(slot.info());
            fail(Failures.reported(
                    slot,
                    WireError.of(ErrorCode.RANK_EXITED, "it left by itself: " + leaving.reason()),
                    inOrOutside()));
        }
    }

    // ---- what the session asks for ----

    /** Gives a task to all ranks. */
    void execute(Message.Execute command, Duration timeout, long now, Consumer<Pending.Outcome<Message.Result>> done) {
        RankFailure refusal = refusal();
        if (refusal == null) {
            calls.execute(command, timeout, now, done);
        } else {
            done.accept(new Pending.Outcome<>(Collections.emptySortedMap(), refusal));
        }
    }

    /** Tells the running task to abort; it must end within the abort grace. Runs {@code idle} when no task runs. */
    void cancelTask(String reason, long now, Runnable idle) {
        if (phase == Phase.RUNNING) {
            calls.cancelTask(reason, now, idle);
        } else {
            idle.run();
        }
    }

    /** Sends an event to all ranks and waits for {@code awaited}, of which rank 0's changes are wanted. */
    void relay(
            String event, BitSet awaited, Body body, long now, Consumer<Pending.Outcome<Message.EventHandled>> done) {
        RankFailure refusal = refusal();
        if (refusal == null) {
            calls.relay(new Message.HandleEvent(event, List.of(0), body), awaited, now, done);
        } else {
            done.accept(new Pending.Outcome<>(Collections.emptySortedMap(), refusal));
        }
    }

    /** Sends an event to all ranks; {@code sent} is told when there was room in the log, or why it was not sent. */
    void post(String event, Body body, Consumer<Optional<RankFailure>> sent) {
        RankFailure refusal = refusal();
        if (refusal == null) {
            log.submit(new Message.HandleEvent(event, List.of(), body), seq -> sent.accept(Optional.empty()));
        } else {
            sent.accept(Optional.of(refusal));
        }
    }

    /** Ranks that have joined and not left. */
    BitSet living() {
        return ranks.living();
    }

    /** Sends CLOSE; {@code done} is told when all living ranks have left, or the close grace is over. */
    void close(String reason, long now, Consumer<Pending.Outcome<Message.Leaving>> done) {
        boolean alreadyTold = phase == Phase.FAILED;
        phase = Phase.CLOSING;
        calls.endAll(failure != null ? failure : over());
        if (!alreadyTold) {
            sendClose(reason);
        }
        calls.close(now, done);
    }

    /** No message changes anything any more. */
    void closed() {
        phase = Phase.CLOSED;
    }

    private void sendClose(String reason) {
        log.submit(new Message.Close((int) limits.closeGrace().toMillis(), reason), seq -> {});
    }

    // ---- failures ----

    /** Ends the session with its first failure; later ones change nothing. */
    void fail(RankFailure first) {
        if (failure != null || phase == Phase.CLOSING || phase == Phase.CLOSED) {
            return;
        }
        failure = first;
        phase = Phase.FAILED;
        calls.sessionFailed();
        sendClose(first.message());
        effects.failed(first);
    }

    /** Answers all who wait, with the failure as it is to be told. */
    void completeFailure(RankFailure told) {
        failure = told;
        calls.endAll(told);
    }

    private @Nullable RankFailure refusal() {
        if (phase == Phase.RUNNING) {
            return null;
        }
        return failure != null ? failure : over();
    }

    private RankFailure over() {
        return phase == Phase.JOINING || phase == Phase.INITIALISING
                ? RankFailure.ofSession(
                        ErrorCode.SESSION_CLOSED, "the ranks of session " + session + " are only being started")
                : Failures.sessionOver(session);
    }

    /** A process was started; a rank that is not yet joined is known by it. */
    void onStarted(int rank, String host, long pid) {
        if (rank >= 0) {
            ranks.slot(rank).started(host, pid);
            effects.rankChanged(ranks.slot(rank).info());
        }
    }

    /** A process ended; its last words may still be on their way. */
    void onExit(GangListener.Exit exit, long now) {
        if (exit.rank() == GangListener.LAUNCHER) {
            boolean bad = exit.signal() != null || (exit.exitCode() != null && exit.exitCode() != 0);
            if (bad) {
                fail(Failures.launcherEnded(exit, !ranks.living().isEmpty()));
            }
            return;
        }
        RankSlot slot = ranks.slot(exit.rank());
        slot.exited(exit);
        slot.exitDueAt = slot.isOver() ? RankSlot.NEVER : now + LAST_WORDS_NANOS;
        effects.rankChanged(slot.info());
    }

    // ---- time ----

    /** When {@link #onTick} is wanted next. */
    long nextDeadline() {
        long next = Math.min(heartbeatAt, ranks.nextProbeAt());
        for (RankSlot slot : ranks.all()) {
            next = Math.min(next, slot.exitDueAt);
        }
        next = Math.min(next, phase == Phase.JOINING ? joinDeadline : RankSlot.NEVER);
        return Math.min(next, calls.nextDeadline());
    }

    /** Does what is due. */
    void onTick(long now) {
        // If this process itself slept (a suspended machine, SIGSTOP, a very long collection), the ranks are not to
        // blame.
        if (now - tickedAt > limits.lease().toNanos() / 2) {
            ranks.all().forEach(slot -> slot.heardAt = now);
        }
        tickedAt = now;
        if (phase == Phase.CLOSED) {
            heartbeatAt = now + limits.heartbeat().toNanos();
            return;
        }
        joins.probe(now);
        if (now >= heartbeatAt) {
            heartbeatAt = now + limits.heartbeat().toNanos();
            outbox.broadcast(new Message.ParentHeartbeat(log.newest()));
        }
        ranks.all().forEach(slot -> watch(slot, now));
        expire(now);
    }

    private void watch(RankSlot slot, long now) {
        GangListener.Exit exit = slot.exit();
        if (now >= slot.exitDueAt && exit != null && Failures.didNotHear(exit) && effects.reachableNanos() == 0) {
            // The broker is away from both. The rank's lease ended first by chance; if the broker stays away, that is
            // what failed.
            slot.exitDueAt = now + LAST_WORDS_NANOS;
        } else if (now >= slot.exitDueAt && exit != null) {
            slot.exitDueAt = RankSlot.NEVER;
            lose(slot, Failures.exited(slot, exit, calls.running()));
        } else if (slot.isIn() && isSilent(slot, now)) {
            lose(slot, Failures.silent(slot, limits.lease(), calls.running()));
        }
    }

    /** A rank gets a whole lease after the broker came back; while it is away, nothing is known of the ranks. */
    private boolean isSilent(RankSlot slot, long now) {
        long lease = limits.lease().toNanos();
        return now - slot.heardAt > lease && effects.reachableNanos() > lease;
    }

    private void lose(RankSlot slot, RankFailure why) {
        if (slot.moveTo(RankInfo.State.LOST)) {
            effects.rankChanged(slot.info());
            calls.excuse(slot.rank());
            fail(why);
        }
    }

    private void expire(long now) {
        if (phase == Phase.JOINING && now >= joinDeadline) {
            BitSet absent = ranks.absent();
            RankSlot first = ranks.slot(Math.max(0, absent.nextSetBit(0)));
            fail(Failures.notJoined(
                    first, limits.joinTimeout(), absent.toString().replaceAll("[{}]", "")));
        }
        RankFailure overdue = calls.expire(now);
        if (overdue != null) {
            fail(overdue);
        }
    }

    // ---- events, acknowledgements, counts ----

    /** The parent's handlers have handled events up to {@code seq} of a rank; see {@link EventIntake#onHandled}. */
    void eventHandled(int rank, long seq, long count, long bytes, @Nullable Body reply, @Nullable WireError error) {
        intake.onHandled(ranks.slot(rank), seq, count, bytes, reply, error);
    }

    /** A message that could not be decoded. */
    void countRejected() {
        rejected++;
    }

    /** Hosts of ranks that are lost, or did not join in time, as the launcher called them. */
    Set<String> lostHosts() {
        return ranks.lostHosts(failure != null && failure.code() == ErrorCode.JOIN_TIMEOUT);
    }

    List<RankInfo> infos() {
        return ranks.all().stream().map(RankSlot::info).toList();
    }

    SessionStats stats() {
        long repeats = 0;
        long gaps = intake.refused();
        for (RankSlot slot : ranks.all()) {
            repeats += slot.reports.repeats() + slot.events.repeats();
            gaps += slot.reports.gaps() + slot.events.gaps();
        }
        return new SessionStats(
                intake.handled(), 0, handlerFailures, repeats, gaps, log.resent(), rejected + joins.refused(), late);
    }

    private String inOrOutside() {
        String running = calls.running();
        return running == null ? "outside any task" : "in " + running;
    }
}
