// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.transport.EventLoop;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gangs of one session, one after another: starts the first, and puts another in the place of one that is lost, as often as the session
 * may. At most one has processes at any time. The connection to the broker is the same for all. Safe for use by many threads.
 */
final class Gangs {
    private static final Logger LOG = LoggerFactory.getLogger(Gangs.class);

    private final SessionSpec spec;
    private final EventLoop loop;
    private final EventLanes.Work work;
    private final Supplier<Context> contexts;
    private final Consumer<RankFailure> onEnd;
    // Below: guarded by this.
    private final RestartPolicy policy;
    private final Set<String> lostHosts = new TreeSet<>();
    private SessionStats past = SessionStats.NONE;
    private Incarnation current;
    private boolean isLast;
    private BrokerAccess.@Nullable Connection broker;
    // Above: guarded by this.
    private volatile Incarnation ready;

    /**
     * Gangs, none of which is started.
     *
     * @param work handles the ranks' events
     * @param contexts makes the context with which a gang is initialised
     * @param onEnd told by a thread of its own when a gang is lost and not replaced
     */
    Gangs(
            SessionSpec spec,
            EventLoop loop,
            EventLanes.Work work,
            Supplier<Context> contexts,
            Consumer<RankFailure> onEnd) {
        this.spec = spec;
        this.loop = loop;
        this.work = work;
        this.contexts = contexts;
        this.onEnd = onEnd;
        policy = new RestartPolicy(spec.maxRestarts());
        current = incarnation(0);
        ready = current;
    }

    /** Starts the first gang, and others if it is lost meanwhile; returns why there is none, or null. Called once. */
    @Nullable
    RankFailure start() throws InterruptedException {
        BrokerAccess.Connection connected = loop.call(() -> spec.broker().connect(loop), SessionRuntime.SLACK);
        synchronized (this) {
            broker = connected;
        }
        return start(current());
    }

    /** The gang that was started last; it may be starting still, or lost. */
    synchronized Incarnation current() {
        return current;
    }

    /** The gang that was ready last; if it is lost, {@link Incarnation#successor} tells of the next one. */
    Incarnation ready() {
        return ready;
    }

    /** What all gangs have counted. */
    SessionStats stats() {
        SessionStats before;
        Incarnation now;
        synchronized (this) {
            before = past;
            now = current;
        }
        return before.plus(now.stats());
    }

    /** No further gang is started from now on. */
    synchronized void letNoneFollow() {
        isLast = true;
    }

    /** Ends the gang there is, in whatever state it is, and starts no other. Idempotent; bounded in time. */
    void end(String reason) {
        letNoneFollow();
        ready.successor().complete(Optional.empty());
        current().end(reason);
    }

    /** Answers all who wait for a gang that has no successor. */
    void answer(RankFailure told) {
        ready.completeFailure(told);
        ready.successor().complete(Optional.empty());
    }

    // ---- one after another ----

    private @Nullable RankFailure start(Incarnation first) throws InterruptedException {
        Incarnation gang = first;
        while (true) {
            RankFailure failure = begin(gang);
            if (failure == null) {
                ready = gang;
                return null;
            }
            Incarnation next = replace(gang, failure);
            if (next == null) {
                return last(gang, failure);
            }
            gang = next;
        }
    }

    private @Nullable RankFailure begin(Incarnation gang) throws InterruptedException {
        BrokerAccess.Connection connected;
        Set<String> avoid;
        synchronized (this) {
            connected = broker;
            avoid = Set.copyOf(lostHosts);
        }
        if (connected == null) {
            throw new IllegalStateException("not connected to a broker");
        }
        Body initialize;
        try {
            initialize = Bodies.initialize(spec.executorId(), spec.components(), contexts.get());
        } catch (ProtocolException e) {
            return RankFailure.ofSession(e.code(), "the session cannot be initialised: " + e.getMessage());
        }
        return gang.start(connected, initialize, avoid);
    }

    /** Ends a lost gang and returns the one that takes its place, not started yet; null, and nothing is done, if none may. */
    private @Nullable Incarnation replace(Incarnation lost, RankFailure why) {
        synchronized (this) {
            if (isLast || !policy.take(why)) {
                return null;
            }
        }
        LOG.info("{}; the gang is started again, restart {} of {}", why.message(), lost.number() + 1, policy.max());
        Restart restart = new Restart(lost.number(), policy.max(), why, lost.age());
        spec.listeners().forEach(listener -> listener.onRestart(restart));
        lost.completeFailure(why);
        lost.end(why.message());
        synchronized (this) {
            if (isLast) {
                return null;
            }
            past = past.plus(lost.stats());
            current = incarnation(lost.number() + 1);
            return current;
        }
    }

    /** Loop thread; the rest is done by a thread of its own, for it waits. */
    private void onLost(Incarnation lost, RankFailure first) {
        boolean wasReady = lost.isStartOver();
        SessionRuntime.background(spec.id(), "failure", () -> {
            // At once: later also those are lost whom the end of the gang kills.
            keep(lost.lostHosts());
            RankFailure told = first.withLastLines(lost.lastLines(first.rank()));
            if (wasReady) {
                succeed(lost, told);
            } else {
                // Whoever starts it learns of it.
                lost.completeFailure(told);
            }
        });
    }

    private synchronized void keep(Set<String> hosts) {
        lostHosts.addAll(hosts);
    }

    private void succeed(Incarnation lost, RankFailure why) {
        RankFailure last;
        try {
            Incarnation next = replace(lost, why);
            last = next == null ? last(lost, why) : start(next);
        } catch (InterruptedException | RuntimeException e) {
            LOG.error("the gang of session {} could not be started again", spec.id(), e);
            last = RankFailure.ofSession(ErrorCode.INTERNAL, "the gang could not be started again: " + e);
        }
        if (last == null) {
            lost.successor().complete(Optional.of(ready));
        } else {
            onEnd.accept(last);
        }
    }

    private synchronized RankFailure last(Incarnation gang, RankFailure failure) {
        return policy.last(failure, gang.number());
    }

    private Incarnation incarnation(int number) {
        return new Incarnation(number, spec, loop, work, this::onLost);
    }
}
