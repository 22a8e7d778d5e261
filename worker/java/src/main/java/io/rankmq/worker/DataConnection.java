// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.AbortSignal;
import io.rankmq.data.Remote;
import io.rankmq.data.Transfers;
import io.rankmq.protocol.DataCodec;
import io.rankmq.protocol.DataMessage;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.DataAccess;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.MessageBounds;
import io.rankmq.transport.SocketRole;
import io.rankmq.transport.Ticker;
import io.rankmq.transport.WireSocket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rank's end of the data port, with a loop of its own; made when it is needed first. */
final class DataConnection implements Remote, Transfers.Wire, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataConnection.class);
    private static final Duration START = Duration.ofSeconds(10);

    private final BootstrapDocument document;
    private final DataAccess access;
    private final int rank;
    private Transfers.Source source = (digest, offset, length) -> null;

    // Guarded by this.
    private @Nullable EventLoop loop;
    private @Nullable Transfers transfers;
    private long leaseNanos;
    private boolean closed;

    // Touched by the loop thread only.
    private @Nullable WireSocket socket;

    /** @param document one with a data plane */
    DataConnection(BootstrapDocument document, int rank) {
        this.document = document;
        this.access = Objects.requireNonNull(document.data());
        this.rank = rank;
    }

    /** Where to find what the parent asks for; to be told before anything is asked. */
    void serves(Transfers.Source values) {
        source = values;
    }

    @Override
    public void bring(DataRef value, int from, Sink sink, @Nullable AbortSignal abort) throws ProtocolException {
        Transfers ready = transfers();
        if (ready != null) {
            ready.bring(value, from, sink, abort);
        }
    }

    /** How long the parent's silence may last: what it does not send by then it will not send. To be told before anything is asked. */
    synchronized void agreed(long nanos) {
        leaseNanos = nanos;
    }

    /** Lets the parent ask for values. */
    void reach() {
        transfers();
    }

    @Override
    public boolean send(int peer, List<ByteBuffer> frames) {
        WireSocket open = socket;
        return open != null && open.send(frames);
    }

    @Override
    public void rebuild() {
        WireSocket old = socket;
        if (old != null) {
            old.close();
        }
        connect();
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (loop != null) {
            loop.close();
        }
    }

    /** Null if the rank is ending. */
    private synchronized @Nullable Transfers transfers() {
        if (transfers == null && !closed) {
            EventLoop started =
                    EventLoop.start("rankmq-data", Ticker.system(), bug -> LOG.error("The data port is lost", bug));
            loop = started;
            Transfers made = new Transfers(started, self(), access.chunk(), leaseNanos, this, source);
            transfers = made;
            started.call(
                    () -> {
                        started.addTimer(made);
                        connect();
                        return true;
                    },
                    START);
        }
        return transfers;
    }

    private void connect() {
        Transfers receiver = Objects.requireNonNull(transfers);
        WireSocket.Connect where = new WireSocket.Connect(
                access.endpoint(),
                Objects.requireNonNullElse(access.serverKey(), document.serverKey()),
                document.keysOf(rank),
                document.session() + "/" + document.incarnation() + "/" + rank);
        WireSocket made = WireSocket.connect(
                Objects.requireNonNull(loop),
                SocketRole.CONTROL_CLIENT,
                where,
                MessageBounds.DEFAULT,
                message -> receiver.onMessage(Envelope.PARENT, message.frames()));
        socket = made;
        made.send(DataCodec.encode(self(), new DataMessage.Hello()));
    }

    private Envelope self() {
        return new Envelope(document.session(), document.incarnation(), rank, Envelope.UNNUMBERED);
    }
}
