// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.ReturnCode;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.WireError;
import io.rankmq.worker.RankState.Active;
import io.rankmq.worker.RankState.Draining;
import io.rankmq.worker.RankState.Ended;
import io.rankmq.worker.RankState.Joining;
import io.rankmq.worker.RankState.Leaving;
import io.rankmq.worker.RankState.Working;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A rank's side of docs/protocol.md, sections 4 to 7. Every method says what happened and when, in nanoseconds of any monotonic source, and
 * answers what is to be done about it, in order. No sockets, threads or clocks in here. Loop thread only.
 */
final class RankCore {
    private final RankIdentity identity;
    private final Link link;
    private final Outbox out = new Outbox();
    private final RankStreams streams = new RankStreams(out);
    private final CommandIntake intake = streams.commands();
    private final EventUplink events = streams.events();
    private final RankWork work;
    private RankState state = new Joining();
    private OptionalLong probed = OptionalLong.empty();
    private boolean mayRefer;
    private long foreign;
    private long unexpected;
    private long lateEvents;

    /** A rank whose sockets are about to be connected; the first tick sends the first JOIN. */
    RankCore(RankIdentity identity, long now) {
        this.identity = identity;
        this.link = new Link(identity, now);
        this.work = new RankWork(identity.rank(), streams, out);
    }

    RankState state() {
        return state;
    }

    /** Whether the parent takes replies by reference. */
    boolean mayRefer() {
        return mayRefer;
    }

    RankCounters counters() {
        return new RankCounters(
                foreign,
                unexpected,
                intake.repeats(),
                intake.gaps(),
                link.rebuilds(),
                events.staleReplies(),
                lateEvents,
                state instanceof Ended ? events.unacknowledged() : 0);
    }

    /** A message of the parent. */
    List<RankAction> onMessage(Channel channel, Decoded decoded, long now) {
        Envelope envelope = decoded.envelope();
        if (envelope.incarnation() != identity.incarnation()
                || !envelope.session().equals(identity.session())) {
            foreign++;
            return List.of();
        }
        if (state instanceof Ended) {
            unexpected++;
            return List.of();
        }
        link.heard(channel, now);
        Message message = decoded.message();
        switch (message.kind()) {
            case INITIALIZE, EXECUTE, HANDLE_EVENT, ABORT, CLOSE -> onCommand(envelope.seq(), message, now);
            case PROBE, PARENT_HEARTBEAT -> onBroadcast(channel, message, now);
            case WELCOME, REFUSE, ACK, RESEND, EVENT_REPLY -> onDirect(channel, message, now);
            default -> unexpected++;
        }
        return out.drain();
    }

    /** A part of a message that is not complete began to come so many nanoseconds ago; the largest number: none did. */
    void arriving(Channel channel, long nanosAgo, long now) {
        if (nanosAgo != Long.MAX_VALUE) {
            link.arriving(channel, now - nanosAgo);
        }
    }

    /** How long the parent may be silent; 0 before the first WELCOME. */
    long leaseNanos() {
        return link.leaseNanos();
    }

    /** Time has passed. */
    List<RankAction> onTick(long now) {
        if (state instanceof Ended) {
            return List.of();
        }
        switch (link.tick(now, intake, out)) {
            case NOT_WELCOMED -> end(Ending.notWelcomed());
            case LEASE_OVER -> {
                out.add(new RankAction.RaiseAbort("the parent is gone"));
                end(Ending.parentGone());
            }
            case FINE -> {
                if (link.takeHeartbeat(now)) {
                    streams.heartbeat();
                }
                streams.tick(now);
                endInTime(now);
            }
        }
        return out.drain();
    }

    /** When {@link #onTick} is to be called next. */
    long nextDeadline() {
        if (state instanceof Ended) {
            return Timing.NEVER;
        }
        long next = Timing.earlier(link.nextDeadline(), streams.nextDeadline());
        if (state instanceof Draining draining) {
            return Timing.earlier(next, draining.workUntil());
        }
        return state instanceof Leaving leaving ? Timing.earlier(next, leaving.endBy()) : next;
    }

    /** The components were built and START_RUN was fired, or not. */
    List<RankAction> initialised(@Nullable WireError error, Body changes, long now) {
        work.initialised(error, changes);
        leaveIfDone(now);
        return out.drain();
    }

    /** The task that was started has ended. */
    List<RankAction> taskDone(ReturnCode code, @Nullable WireError error, Body body, long now) {
        work.taskDone(code, error, body);
        leaveIfDone(now);
        return out.drain();
    }

    /** The event of that command was handled. */
    List<RankAction> eventHandled(long command, @Nullable WireError error, Body changes, long now) {
        work.eventHandled(command, error, changes);
        leaveIfDone(now);
        return out.drain();
    }

    /**
     * An event was fired here; {@code ticket} is what its answer will be called, if it is awaited. It is refused once this rank was told to
     * end and nothing runs: whoever goes on firing would hold up the end.
     */
    List<RankAction> fire(long ticket, Message.Event event, long now) {
        if (state instanceof Active || (state instanceof Draining && !work.isIdle())) {
            events.fire(ticket, event, now, out);
        } else {
            lateEvents += ticket == ParentRelay.OUTPUT ? 0 : 1;
            WireError error = WireError.of(ErrorCode.SESSION_CLOSED, "the session is over");
            out.add(new RankAction.EventAnswered(ticket, error, Body.NONE));
        }
        return out.drain();
    }

    /** Nobody waits any more for the answer to the event of that ticket. */
    void abandon(long ticket) {
        events.abandon(ticket);
    }

    /** Something happened after which this rank cannot go on. */
    List<RankAction> fail(WireError error, long now) {
        Ending ending = Ending.failed(error);
        if (state instanceof Joining) {
            end(ending);
        } else if (state instanceof Working working) {
            work.stop(error.message());
            farewell(working, ending, now, now + Timing.FAREWELL);
        }
        return out.drain();
    }

    /** This process was told to terminate; a second time means at once. */
    List<RankAction> terminate(String reason, long now) {
        Ending ending = Ending.terminated(reason);
        if (state instanceof Joining) {
            end(ending);
        } else if (state instanceof Active active) {
            long workUntil = now + Timing.TERMINATE_GRACE;
            state = active.draining(ending, workUntil, workUntil + Timing.FAREWELL);
            work.stop(reason);
        } else if (state instanceof Draining draining) {
            state = draining.withoutWaiting(now);
        }
        leaveIfDone(now);
        return out.drain();
    }

    private void onCommand(long seq, Message message, long now) {
        if (state instanceof Joining) {
            unexpected++;
            return;
        }
        if (!intake.take(seq, now, out)) {
            return;
        }
        if (!(state instanceof Active active)) {
            unexpected++;
            return;
        }
        if (message instanceof Message.Close close) {
            long endBy = now + Timing.millis(close.grace());
            long workUntil = endBy - Math.min(Timing.FAREWELL, Timing.millis(close.grace()) / 4);
            Ending ending = Ending.closed(close.reason());
            state = active.draining(ending, workUntil, endBy);
            work.stop(close.reason());
            leaveIfDone(now);
        } else if (message instanceof Message.Abort abort) {
            work.abort(abort.task(), abort.reason());
        } else {
            work.add(seq, message);
        }
    }

    private void onBroadcast(Channel channel, Message message, long now) {
        if (channel != Channel.BROADCAST) {
            // A probe that came another way proves nothing.
            unexpected++;
        } else if (message instanceof Message.Probe probe) {
            if (state instanceof Joining) {
                // WELCOME is on its way over the other connection.
                probed = OptionalLong.of(probe.nonce());
            } else {
                out.control(new Message.Echo(probe.nonce()));
            }
        } else if (message instanceof Message.ParentHeartbeat heartbeat && !(state instanceof Joining)) {
            intake.mark(heartbeat.newest(), now, out);
        }
    }

    private void onDirect(Channel channel, Message message, long now) {
        boolean isAnswerToJoin = message instanceof Message.Welcome || message instanceof Message.Refuse;
        if (channel != Channel.DIRECT || (state instanceof Joining && !isAnswerToJoin)) {
            unexpected++;
        } else if (message instanceof Message.Welcome welcome) {
            welcomed(welcome, now);
        } else if (message instanceof Message.Refuse refuse) {
            end(state.endingOr(Ending.refused(refuse.error())));
        } else if (message instanceof Message.Ack ack) {
            acknowledged(ack, now);
        } else if (message instanceof Message.Resend resend) {
            streams.resend(resend, now);
        } else if (message instanceof Message.EventReply reply) {
            events.replied(reply, out);
        }
    }

    private void welcomed(Message.Welcome welcome, long now) {
        if (welcome.version() != MessageCodec.VERSION) {
            end(Ending.unknownVersion(welcome.version()));
            return;
        }
        boolean endsJoin = link.welcomed(welcome, now);
        mayRefer = welcome.data() != null && welcome.data() >= 1;
        if (state instanceof Joining joining) {
            state = joining.welcomed();
            events.open(welcome.eventWindow(), out);
            probed.ifPresent(nonce -> out.control(new Message.Echo(nonce)));
        } else if (endsJoin) {
            // Says at once how far both streams go, so that what the cut has swallowed is asked for.
            streams.heartbeat();
        }
        intake.mark(welcome.newest(), now, out);
    }

    private void acknowledged(Message.Ack ack, long now) {
        streams.acknowledged(ack);
        leaveIfDone(now);
        if (state instanceof Leaving leaving && streams.reports().isAcknowledged(leaving.farewell())) {
            end(leaving.ending());
        }
    }

    private void leaveIfDone(long now) {
        if (state instanceof Draining draining && work.isIdle()) {
            if (events.unacknowledged() == 0) {
                farewell(draining, draining.ending(), now, draining.endBy());
            } else {
                events.insist(now);
            }
        }
    }

    private void endInTime(long now) {
        if (state instanceof Draining draining && Timing.isDue(draining.workUntil(), now)) {
            Ending ending =
                    work.isIdle() ? draining.ending() : draining.ending().withWorkLeft();
            farewell(draining, ending.withEventsLeft(events.unacknowledged()), now, draining.endBy());
        } else if (state instanceof Leaving leaving && Timing.isDue(leaving.endBy(), now)) {
            end(leaving.ending());
        }
    }

    private void farewell(Working before, Ending ending, long now, long endBy) {
        events.giveUp(ErrorCode.SESSION_CLOSED, ending.reason(), out);
        WireError failure = ending.failure();
        Message last = failure == null
                ? new Message.Leaving(intake.carry(), ending.reason())
                : new Message.Failed(intake.carry(), failure);
        long seq = work.lastWord(last);
        state = before.leaving(ending, seq, Timing.earlier(now + Timing.FAREWELL, endBy));
    }

    private void end(Ending ending) {
        state = state.ended(ending);
        events.giveUp(ErrorCode.SESSION_CLOSED, ending.reason(), out);
        out.add(new RankAction.End(ending.exitCode(), ending.reason()));
    }
}
