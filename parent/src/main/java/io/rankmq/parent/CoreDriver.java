// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.SessionPort;
import io.rankmq.parent.launch.Gang;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.RelayedOutput;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.RateLimitedLog;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands between the core and the world: hands it what arrives from the port, the processes and the clock, and does what it wants done. All but
 * the {@link GangListener} methods are called by the loop thread.
 */
final class CoreDriver implements SessionEffects, LoopTimer, io.rankmq.broker.SessionListener, GangListener {
    private static final Logger LOG = LoggerFactory.getLogger(CoreDriver.class);

    private final EventLoop loop;
    private final EventLanes lanes;
    private final List<SessionListener> listeners;
    private final List<Consumer<Gang>> joinedEarly = new ArrayList<>();
    private final Consumer<RankFailure> onFailure;
    private final RateLimitedLog rejections;
    private final CompletableFuture<SessionPort> port = new CompletableFuture<>();
    private final CompletableFuture<SessionCore> core = new CompletableFuture<>();
    private @Nullable Gang gang;
    private volatile @Nullable ParentData data;
    private volatile @Nullable RelayedOutput output;
    private @Nullable String lostEarly;
    private @Nullable ClaimDesk desk;

    CoreDriver(EventLoop loop, EventLanes lanes, List<SessionListener> listeners, Consumer<RankFailure> onFailure) {
        this.loop = loop;
        this.lanes = lanes;
        this.listeners = listeners;
        this.onFailure = onFailure;
        rejections = new RateLimitedLog(LOG, loop.ticker());
    }

    /** The session's data plane; to be told before it begins. */
    void uses(@Nullable ParentData plane) {
        data = plane;
    }

    /** Takes what ranks write, if they send it; to be told before it begins. */
    void relaysTo(@Nullable RelayedOutput relayed) {
        output = relayed;
    }

    /** Begins; before this nothing arrives. */
    void begin(SessionPort sessionPort, SessionCore sessionCore) {
        port.complete(sessionPort);
        core.complete(sessionCore);
        loop.addTimer(this);
        String early = lostEarly;
        if (early != null) {
            onBrokerLost(early);
        }
    }

    /** Ranks come by themselves and are given their numbers there; before {@link #begin}. */
    void giveRanks(ClaimDesk where) {
        desk = where;
    }

    /** Gives the port back; what was sent still goes out, and nothing arrives any more. Any thread; nothing happens if the loop has ended. */
    void end() {
        loop.tryExecute(() -> {
            if (isBegun()) {
                loop.removeTimer(this);
                core().closed();
                port.join().close();
            }
        });
    }

    SessionCore core() {
        return core.join();
    }

    /** The processes are under way; a rank may have joined before. */
    void launched(Gang processes) {
        gang = processes;
        joinedEarly.forEach(joined -> lanes.run(() -> joined.accept(processes)));
        joinedEarly.clear();
    }

    boolean isBegun() {
        return core.isDone();
    }

    long now() {
        return loop.ticker().nanos();
    }

    /** Has the loop thread do something with the core; false if there is none yet, or the loop has ended. */
    boolean post(Consumer<SessionCore> action) {
        return isBegun() && loop.tryExecute(() -> action.accept(core()));
    }

    // ---- the port ----

    @Override
    public void onControl(int rank, List<ByteBuffer> frames) {
        take(rank, frames);
    }

    @Override
    public void onEvent(int rank, List<ByteBuffer> frames) {
        take(rank, frames);
    }

    @Override
    public void onClaim(String claimant, List<ByteBuffer> frames) {
        ClaimDesk open = desk;
        if (open == null || !isBegun()) {
            return;
        }
        try {
            open.take(claimant, frames, now());
        } catch (ProtocolException e) {
            core().countRejected();
            rejections.warn("a message of a process with the join key was dropped: {}", String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void onBrokerLost(String sentence) {
        if (isBegun()) {
            core().fail(RankFailure.ofSession(ErrorCode.BROKER_LOST, sentence));
        } else {
            lostEarly = sentence;
        }
    }

    private void take(int rank, List<ByteBuffer> frames) {
        Decoded decoded;
        try {
            decoded = MessageCodec.decode(frames, Sender.RANK);
        } catch (ProtocolException e) {
            core().countRejected();
            rejections.warn("a message of rank {} was dropped: {}", rank, String.valueOf(e.getMessage()));
            return;
        }
        core().onMessage(rank, decoded.envelope(), decoded.message(), now());
    }

    /** An event was not taken, for its sender may not send it. Any thread. */
    void refusedEvent(int rank, String why) {
        post(to -> {
            to.countRejected();
            rejections.warn("an event of rank {} was dropped: {}", rank, why);
        });
    }

    // ---- the clock ----

    @Override
    public long nextDeadlineNanos() {
        return core().nextDeadline();
    }

    @Override
    public void onTick(long nowNanos) {
        RankFailure overdue = desk == null ? null : desk.expire(nowNanos);
        if (overdue != null) {
            core().fail(overdue);
        }
        core().onTick(nowNanos);
    }

    // ---- what the core wants ----

    @Override
    public void broadcast(List<ByteBuffer> frames) {
        port.join().broadcast(frames);
    }

    @Override
    public void send(int rank, List<ByteBuffer> frames) {
        port.join().send(rank, frames);
    }

    @Override
    public long reachableNanos() {
        return port.join().reachableNanos();
    }

    @Override
    public ParentData.Offer offer(int rank, Message.Join join) {
        ParentData plane = data;
        return plane == null ? ParentData.Offer.NONE : plane.joined(rank, join);
    }

    @Override
    public void fireEvent(int rank, long seq, Message.Event event) {
        lanes.add(rank, seq, event);
    }

    @Override
    public void joined(int rank, String host, long pid) {
        RelayedOutput relayed = output;
        if (relayed != null) {
            relayed.joined(rank, host);
        }
        Gang launched = gang;
        if (launched == null) {
            joinedEarly.add(to -> to.joined(rank, host, pid));
        } else {
            lanes.run(() -> launched.joined(rank, host, pid));
        }
    }

    @Override
    public void rankChanged(RankInfo rank) {
        listeners.forEach(listener -> listener.onRank(rank));
    }

    @Override
    public void failed(RankFailure failure) {
        onFailure.accept(failure);
    }

    // ---- the processes, any thread ----

    @Override
    public void onStarted(int rank, String host, long pid) {
        post(to -> to.onStarted(rank, host, pid));
    }

    @Override
    public void onOutput(Line line) {
        listeners.forEach(listener -> listener.onOutput(line));
    }

    @Override
    public void onExit(Exit exit) {
        post(to -> to.onExit(exit, now()));
    }

    @Override
    public void onLogFailure(String sentence) {
        post(to -> to.fail(RankFailure.ofSession(ErrorCode.LOG_FAILED, sentence)));
    }
}
