// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.AbortSignal;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.WireError;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Incoming;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.RateLimitedLog;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what the core decides: owns the sockets on the loop thread, hands commands to the threads that run user code, and brings
 * their outcomes back.
 */
final class Rank implements LoopTimer, ParentRelay.Uplink {
    private static final Logger LOG = LoggerFactory.getLogger(Rank.class);

    private final EventLoop loop;
    private final BootstrapDocument document;
    private final RankIdentity identity;
    private final ProcessEnd end;
    private final RankThreads threads;
    private final RateLimitedLog malformed;
    private final RateLimitedLog unsent;
    private final RankCore core;
    private final ParentRelay relay = new ParentRelay(this);
    private final UserCode userCode;
    private volatile @Nullable OutputRelay output;

    // The rest is touched by the loop thread only.
    private @Nullable RankSockets sockets;
    private @Nullable AbortSignal running;
    private RankState shown;

    Rank(
            EventLoop loop,
            BootstrapDocument document,
            RankIdentity identity,
            ProcessEnd end,
            RankThreads threads,
            Function<RankEngine, UserCode> userCode) {
        this.loop = loop;
        this.document = document;
        this.identity = identity;
        this.end = end;
        this.threads = threads;
        this.malformed = new RateLimitedLog(LOG, loop.ticker());
        this.unsent = new RateLimitedLog(LOG, loop.ticker());
        this.core = new RankCore(identity, loop.ticker().nanos());
        this.shown = core.state();
        this.userCode = userCode.apply(new RankEngine(identity.rank(), identity.worldSize(), relay));
    }

    /**
     * Connects, and lives from now on. Loop thread.
     *
     * @throws io.rankmq.transport.TransportException if an endpoint of the bootstrap document is none
     */
    void start() {
        sockets = connect();
        loop.addTimer(this);
    }

    /** Sends what this process writes to the parent from now on. */
    void relayOutput() {
        OutputRelay begun = new OutputRelay(relay::offer);
        begun.begin(threads);
        output = begun;
    }

    /** This process was told to terminate. Any thread. */
    void terminate(String reason) {
        flushOutput();
        later(() -> core.terminate(reason, now()));
    }

    @Override
    public long nextDeadlineNanos() {
        return core.nextDeadline();
    }

    @Override
    public void onTick(long nowNanos) {
        for (Channel channel : Channel.values()) {
            core.arriving(channel, sockets().nanosSinceBody(channel), nowNanos);
        }
        perform(core.onTick(nowNanos));
    }

    @Override
    public boolean fire(long ticket, Message.Event event) {
        return later(() -> core.fire(ticket, event, now()));
    }

    @Override
    public void abandon(long ticket) {
        later(() -> {
            core.abandon(ticket);
            return List.of();
        });
    }

    private RankSockets connect() {
        return RankSockets.connect(loop, document, identity.rank(), this::onMessage);
    }

    private void onMessage(Channel channel, Incoming incoming) {
        Decoded decoded;
        try {
            decoded = MessageCodec.decode(incoming.frames(), Sender.PARENT);
        } catch (ProtocolException refused) {
            malformed.warn("Dropped a message of the parent: {}", String.valueOf(refused.getMessage()));
            return;
        }
        perform(core.onMessage(channel, decoded, now()));
    }

    private void perform(List<RankAction> actions) {
        for (RankAction action : actions) {
            perform(action);
        }
        if (core.state() != shown) {
            show(core.state());
        }
    }

    private void perform(RankAction action) {
        if (action instanceof RankAction.SendControl send) {
            sent(sockets().sendControl(frames(send.seq(), send.message())), send.message());
        } else if (action instanceof RankAction.SendEvent send) {
            sent(sockets().sendEvent(frames(send.seq(), send.message())), send.message());
        } else if (action instanceof RankAction.StartTask task) {
            AbortSignal abort = new AbortSignal();
            running = abort;
            boolean mayRefer = core.mayRefer();
            threads.onTasks(() -> {
                run(() -> userCode.execute(task, mayRefer, abort), outcome -> {
                    running = null;
                    return core.taskDone(outcome.code(), outcome.error(), outcome.body(), now());
                });
                userCode.tidy();
            });
        } else if (action instanceof RankAction.StartEvent event) {
            threads.onEvents(() -> run(
                    () -> userCode.handle(event),
                    outcome -> core.eventHandled(event.command(), outcome.error(), outcome.body(), now())));
        } else if (action instanceof RankAction.StartInitialise initialise) {
            userCode.agreed(core.leaseNanos());
            threads.onTasks(() -> run(
                    () -> userCode.initialise(initialise.body()),
                    outcome -> core.initialised(outcome.error(), outcome.body(), now())));
        } else if (action instanceof RankAction.EventRoom room) {
            relay.room(room.more());
        } else if (action instanceof RankAction.EventAnswered answered) {
            relay.answered(answered);
        } else if (action instanceof RankAction.RaiseAbort abort) {
            raise(abort.reason());
        } else if (action instanceof RankAction.RebuildSockets) {
            LOG.warn("The parent is silent, connecting again");
            sockets().close();
            sockets = connect();
        } else if (action instanceof RankAction.End ending) {
            loop.removeTimer(this);
            end.begin(ending.exitCode(), ending.reason());
        }
    }

    /** Runs user code on the calling thread, and tells the core: here if nobody runs the loop, else on the loop thread. */
    private void run(Supplier<Outcome> work, Report report) {
        try {
            Outcome outcome = work.get();
            flushOutput();
            here(() -> report.on(outcome));
        } catch (Throwable bug) {
            LOG.error("A bug ends this rank", bug);
            flushOutput();
            WireError error = Failures.of(ErrorCode.INTERNAL, "a bug of RankMQ", bug);
            here(() -> core.fail(error, now()));
        }
    }

    private void flushOutput() {
        OutputRelay relay = output;
        if (relay != null) {
            relay.flush();
        }
    }

    private interface Report {
        List<RankAction> on(Outcome outcome);
    }

    /** Asks the core on the loop thread; false if the loop has ended. */
    private boolean later(Supplier<List<RankAction>> question) {
        return loop.tryExecute(() -> perform(question.get()));
    }

    private void here(Supplier<List<RankAction>> question) {
        boolean unused = loop.tryExecuteHere(() -> perform(question.get()));
    }

    private void raise(String reason) {
        AbortSignal signal = running;
        if (signal != null) {
            LOG.info("The running task is told to abort: {}", reason);
            threads.onNew("rankmq-abort", () -> signal.trigger(reason));
        }
    }

    private List<ByteBuffer> frames(long seq, Message message) {
        Envelope envelope = new Envelope(identity.session(), identity.incarnation(), identity.rank(), seq);
        return MessageCodec.encode(envelope, message);
    }

    private void sent(boolean sent, Message message) {
        if (!sent) {
            unsent.warn(
                    "A {} was not sent, because the parent does not read; what is numbered is sent again",
                    message.kind());
        }
    }

    private RankSockets sockets() {
        RankSockets open = sockets;
        if (open == null) {
            throw new IllegalStateException("the rank was not started");
        }
        return open;
    }

    private void show(RankState state) {
        if (shown instanceof RankState.Joining && state instanceof RankState.Active) {
            LOG.info("Joined session {} as rank {} of {}", identity.session(), identity.rank(), identity.worldSize());
        }
        if (state instanceof RankState.Ended) {
            RankCounters counters = core.counters();
            if (counters.lostEvents() > 0) {
                LOG.warn(
                        "Events of this rank that were not acknowledged before it ended, and so may be lost: {}",
                        counters.lostEvents());
            }
            if (!counters.isQuiet() || malformed.count() + unsent.count() + relay.failures() > 0) {
                LOG.info(
                        "{}, malformed {}, unsent {}, events not relayed {}",
                        counters,
                        malformed.count(),
                        unsent.count(),
                        relay.failures());
            }
        }
        shown = state;
    }

    private long now() {
        return loop.ticker().nanos();
    }
}
