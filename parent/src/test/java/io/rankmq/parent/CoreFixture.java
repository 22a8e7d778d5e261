// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.parent.launch.GangListener;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.WireError;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A core with a clock that the test moves, and a record of all that the core wanted done. */
final class CoreFixture implements SessionEffects {
    static final String SESSION = "s-test";
    static final String HOST = "h1";

    /** What was sent, and to whom; to everybody if the rank is {@link #ALL}. */
    record Sent(int rank, Envelope envelope, Message message) {}

    static final int ALL = -1;

    /** An empty map; the core looks into no body. */
    static final Body BODY = new Body(ByteBuffer.wrap(new byte[] {(byte) 0x80}), List.of());

    final List<Sent> sent = new ArrayList<>();
    final List<Long> firedEvents = new ArrayList<>();
    final List<RankFailure> failures = new ArrayList<>();
    final CompletableFuture<Pending.Outcome<Message.Initialized>> initialized = new CompletableFuture<>();
    final SessionCore core;
    final SessionLimits limits;
    final int incarnation;
    private final long[] reports;
    private final long[] events;
    long now = 1_000_000_000L;
    long reachable = Long.MAX_VALUE;

    CoreFixture(int worldSize) {
        this(worldSize, SessionLimits.DEFAULT);
    }

    CoreFixture(int worldSize, SessionLimits limits) {
        this(worldSize, limits, 0);
    }

    CoreFixture(int worldSize, SessionLimits limits, int incarnation) {
        this.limits = limits;
        this.incarnation = incarnation;
        reports = new long[worldSize];
        events = new long[worldSize];
        core = new SessionCore(SESSION, incarnation, worldSize, limits, this, BODY, 7, now, initialized::complete);
    }

    /** All ranks joined, proven and initialised. */
    static CoreFixture running(int worldSize) {
        return running(worldSize, SessionLimits.DEFAULT);
    }

    static CoreFixture running(int worldSize, SessionLimits limits) {
        return new CoreFixture(worldSize, limits).run();
    }

    /** Joins, proves and initialises all ranks. */
    CoreFixture run() {
        int worldSize = reports.length;
        for (int rank = 0; rank < worldSize; rank++) {
            joinAndEcho(rank);
        }
        for (int rank = 0; rank < worldSize; rank++) {
            report(rank, new Message.Initialized(1, null, Body.NONE));
        }
        sent.clear();
        return this;
    }

    void joinAndEcho(int rank) {
        join(rank, 0);
        echo(rank);
    }

    void join(int rank, long applied) {
        unnumbered(rank, new Message.Join(1, 1, reports.length, applied, HOST, 100 + rank, "java", "Java 17"));
    }

    void echo(int rank) {
        unnumbered(rank, new Message.Echo(((Message.Probe) last(Kind.PROBE).message()).nonce()));
    }

    void unnumbered(int rank, Message message) {
        core.onMessage(rank, new Envelope(SESSION, incarnation, rank, Envelope.UNNUMBERED), message, now);
    }

    void report(int rank, Message message) {
        reportWithSeq(rank, ++reports[rank], message);
    }

    void reportWithSeq(int rank, long seq, Message message) {
        core.onMessage(rank, new Envelope(SESSION, incarnation, rank, seq), message, now);
    }

    void event(int rank, boolean awaited) {
        eventWithSeq(rank, ++events[rank], awaited);
    }

    void eventWithSeq(int rank, long seq, boolean awaited) {
        core.onMessage(rank, new Envelope(SESSION, incarnation, rank, seq), new Message.Event("e", awaited, BODY), now);
    }

    void result(int rank, String task, @Nullable WireError error) {
        report(rank, new Message.Result(2, task, error == null ? "OK" : "EXECUTION_EXCEPTION", error, Body.NONE));
    }

    CompletableFuture<Pending.Outcome<Message.Result>> execute(String id, Duration timeout) {
        CompletableFuture<Pending.Outcome<Message.Result>> outcome = new CompletableFuture<>();
        core.execute(new Message.Execute(id, "train", null, BODY), timeout, now, outcome::complete);
        return outcome;
    }

    void exit(int rank, @Nullable Integer code, @Nullable Integer signal) {
        core.onExit(new GangListener.Exit(rank, HOST, 100 + rank, code, signal), now);
    }

    /** Moves the clock on, tick by tick as the core wishes; living ranks stay heard. */
    void pass(Duration time, int... heardRanks) {
        long end = now + time.toNanos();
        while (now < end) {
            now = Math.max(now + 1, Math.min(end, core.nextDeadline()));
            for (int rank : heardRanks) {
                unnumbered(rank, new Message.RankHeartbeat(0, reports[rank]));
            }
            core.onTick(now);
            if (core.nextDeadline() <= now) {
                throw new AssertionError("the core asks for the same tick again: its loop would spin");
            }
        }
    }

    Sent last(Kind kind) {
        return all(kind)
                .reduce((first, second) -> second)
                .orElseThrow(() -> new AssertionError("no " + kind + " was sent"));
    }

    java.util.stream.Stream<Sent> all(Kind kind) {
        return List.copyOf(sent).stream().filter(one -> one.message().kind() == kind);
    }

    RankInfo.State state(int rank) {
        return core.infos().get(rank).state();
    }

    @Override
    public void broadcast(List<ByteBuffer> frames) {
        send(ALL, frames);
    }

    @Override
    public void send(int rank, List<ByteBuffer> frames) {
        try {
            List<ByteBuffer> copies = frames.stream().map(ByteBuffer::duplicate).toList();
            Decoded decoded = MessageCodec.decode(copies, Sender.PARENT);
            sent.add(new Sent(rank, decoded.envelope(), decoded.message()));
        } catch (ProtocolException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void fireEvent(int rank, long seq, Message.Event event) {
        firedEvents.add(seq);
    }

    @Override
    public void joined(int rank, String host, long pid) {}

    @Override
    public void rankChanged(RankInfo rank) {}

    @Override
    public long reachableNanos() {
        return reachable;
    }

    @Override
    public void failed(RankFailure failure) {
        failures.add(failure);
    }
}
