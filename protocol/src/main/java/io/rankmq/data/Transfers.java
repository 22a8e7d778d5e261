// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.api.AbortSignal;
import io.rankmq.protocol.DataCodec;
import io.rankmq.protocol.DataMessage;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.LoopTimer;
import io.rankmq.transport.RateLimitedLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks peers for values and answers theirs, on a loop of its own, so that no command waits for data. It keeps state only about what it asks for
 * itself. {@link #bring} and the counters belong to any thread, the rest to the loop thread.
 */
public final class Transfers implements Remote, LoopTimer {
    private static final Logger LOG = LoggerFactory.getLogger(Transfers.class);
    private static final long SLOW_NANOS = 1_000_000_000L;
    private static final long POLL_MILLIS = 100;

    /** The way to a peer. Loop thread only. */
    public interface Wire {
        /** Sends to a rank, or to the parent; false if that is not possible now. */
        boolean send(int peer, List<ByteBuffer> frames);

        /** Makes the connection anew, if there is one to make. */
        void rebuild();
    }

    /** Where the values are that others may have. */
    public interface Source {
        /** Some bytes of a value, or null if it is not there. */
        @Nullable
        ByteBuffer read(Digest digest, long offset, int length) throws IOException;
    }

    private final EventLoop loop;
    private final Envelope self;
    private final int chunk;
    private final long lease;
    private final Wire wire;
    private final Source source;
    private final RateLimitedLog malformed;
    private final AtomicLong bytesIn = new AtomicLong();
    private final AtomicLong bytesOut = new AtomicLong();
    private final AtomicLong badChunks = new AtomicLong();
    private final AtomicLong dropped = new AtomicLong();

    // Touched by the loop thread only.
    private final Map<Key, Transfer> transfers = new HashMap<>();

    private record Key(int peer, Digest digest) {}

    private static final class Transfer {
        final Pull pull;
        final Sink sink;
        final CompletableFuture<@Nullable String> ended = new CompletableFuture<>();

        Transfer(Pull pull, Sink sink) {
            this.pull = pull;
            this.sink = sink;
        }
    }

    /**
     * @param self who sends: session, incarnation and rank
     * @param chunk bytes of a chunk
     * @param leaseNanos after which without progress a value is given up
     */
    public Transfers(EventLoop loop, Envelope self, int chunk, long leaseNanos, Wire wire, Source source) {
        this.loop = loop;
        this.self = self;
        this.chunk = chunk;
        this.lease = leaseNanos;
        this.wire = wire;
        this.source = source;
        this.malformed = new RateLimitedLog(LOG, loop.ticker());
    }

    /** Bytes of chunks received. */
    public long bytesIn() {
        return bytesIn.get();
    }

    /** Bytes of chunks sent. */
    public long bytesOut() {
        return bytesOut.get();
    }

    /** Chunks whose sum was wrong. */
    public long badChunks() {
        return badChunks.get();
    }

    /** Messages that were malformed or not asked for. */
    public long dropped() {
        return dropped.get();
    }

    @Override
    public void bring(DataRef value, int from, Sink sink, @Nullable AbortSignal abort) throws ProtocolException {
        Key key = new Key(from, value.digest());
        long start = System.nanoTime();
        Transfer transfer =
                new Transfer(new Pull(value, chunk, lease, loop.ticker().nanos()), sink);
        if (!loop.tryExecute(() -> begin(key, transfer))) {
            throw Bringer.unavailable(value, "cannot be brought: the session is over");
        }
        String failure;
        try {
            failure = await(transfer, abort);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "was not waited for: the thread was interrupted";
        } finally {
            loop.tryExecute(() -> transfers.remove(key, transfer));
        }
        if (failure != null) {
            throw Bringer.unavailable(value, failure);
        }
        long took = System.nanoTime() - start;
        if (took > SLOW_NANOS) {
            LOG.info(
                    "Brought {} MB in {} ms ({} MB/s)",
                    value.size() / 1_000_000,
                    TimeUnit.NANOSECONDS.toMillis(took),
                    value.size() * 1000 / took);
        }
    }

    private @Nullable String await(Transfer transfer, @Nullable AbortSignal abort) throws InterruptedException {
        while (true) {
            try {
                return transfer.ended.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException goesOn) {
                if (abort != null && abort.triggered()) {
                    return "was not waited for: " + abort.reason();
                }
                if (!loop.tryExecute(() -> {})) {
                    return "cannot be brought: the session is over";
                }
            } catch (ExecutionException impossible) {
                return "cannot be brought: " + impossible;
            }
        }
    }

    /** A message of a peer. */
    public void onMessage(int peer, List<ByteBuffer> frames) {
        DataCodec.Received received;
        try {
            received = DataCodec.decode(frames, peer == Envelope.PARENT ? Sender.PARENT : Sender.RANK);
        } catch (ProtocolException refused) {
            dropped.incrementAndGet();
            malformed.warn("Dropped a message of the data port: {}", String.valueOf(refused.getMessage()));
            return;
        }
        Envelope sender = received.sender();
        if (!sender.session().equals(self.session())
                || sender.incarnation() != self.incarnation()
                || sender.rank() != peer) {
            dropped.incrementAndGet();
            return;
        }
        DataMessage message = received.message();
        if (message instanceof DataMessage.Fetch fetch) {
            answer(peer, fetch);
        } else if (message instanceof DataMessage.Chunk part) {
            take(peer, part);
        } else if (message instanceof DataMessage.Gone gone) {
            end(peer, gone.digest(), "is gone where it came from: " + gone.reason());
        }
    }

    @Override
    public long nextDeadlineNanos() {
        long next = NEVER;
        for (Transfer transfer : transfers.values()) {
            next = Math.min(next, transfer.pull.nextDeadline());
        }
        return next;
    }

    @Override
    public void onTick(long nowNanos) {
        boolean rebuild = false;
        for (Map.Entry<Key, Transfer> entry : Map.copyOf(transfers).entrySet()) {
            Pull pull = entry.getValue().pull;
            if (pull.isGivenUp(nowNanos)) {
                end(
                        entry.getKey().peer(),
                        entry.getKey().digest(),
                        "did not come: no part of it for " + TimeUnit.NANOSECONDS.toSeconds(lease) + " s");
            } else {
                rebuild |= pull.takeRebuild(nowNanos);
            }
        }
        if (rebuild) {
            LOG.warn("No chunk comes, connecting again");
            wire.rebuild();
        }
        transfers.forEach((key, transfer) -> send(key.peer(), transfer.pull.repeat(nowNanos)));
    }

    private void begin(Key key, Transfer transfer) {
        transfers.put(key, transfer);
        send(key.peer(), transfer.pull.ask());
    }

    private void answer(int peer, DataMessage.Fetch fetch) {
        ByteBuffer bytes = null;
        String why = "it is not published any more";
        try {
            bytes = source.read(fetch.digest(), fetch.offset(), fetch.length());
        } catch (IOException failed) {
            why = failed.toString();
        }
        DataMessage answer = bytes == null
                ? new DataMessage.Gone(fetch.digest(), why)
                : new DataMessage.Chunk(fetch.digest(), fetch.offset(), HashKind.sum(bytes), bytes);
        // What is not sent is asked for again.
        if (wire.send(peer, DataCodec.encode(self, answer)) && bytes != null) {
            bytesOut.addAndGet(fetch.length());
        }
    }

    private void take(int peer, DataMessage.Chunk part) {
        Transfer transfer = transfers.get(new Key(peer, part.digest()));
        if (transfer == null) {
            dropped.incrementAndGet();
            return;
        }
        switch (transfer.pull.onChunk(
                part, HashKind.sum(part.payload()), loop.ticker().nanos())) {
            case NOT_ASKED_FOR -> dropped.incrementAndGet();
            case WRONG -> {
                badChunks.incrementAndGet();
                LOG.warn(
                        "A chunk of value {} was wrong at byte {}; it is asked for again",
                        part.digest(),
                        part.offset());
                send(peer, transfer.pull.again(part.offset()));
            }
            case FAILED -> {
                badChunks.incrementAndGet();
                end(peer, part.digest(), "came wrong again and again at byte " + part.offset());
            }
            case TAKEN -> keep(peer, transfer, part);
        }
    }

    private void keep(int peer, Transfer transfer, DataMessage.Chunk part) {
        bytesIn.addAndGet(part.payload().remaining());
        try {
            transfer.sink.write(part.offset(), part.payload().duplicate());
        } catch (IOException full) {
            end(peer, part.digest(), "cannot be kept here: " + full);
            return;
        }
        if (transfer.pull.isDone()) {
            end(peer, part.digest(), null);
        } else {
            send(peer, transfer.pull.ask());
        }
    }

    private void end(int peer, Digest digest, @Nullable String failure) {
        Transfer transfer = transfers.remove(new Key(peer, digest));
        if (transfer != null) {
            transfer.ended.complete(failure);
        }
    }

    private void send(int peer, List<DataMessage.Fetch> requests) {
        for (DataMessage.Fetch request : requests) {
            wire.send(peer, DataCodec.encode(self, request));
        }
    }
}
