// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.broker.DataPort;
import io.rankmq.broker.SessionRegistration;
import io.rankmq.data.DataPlane;
import io.rankmq.data.Store;
import io.rankmq.data.Transfers;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.security.DataAccess;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parent's part in the data plane of one incarnation: its store, its port, and which ranks take part. Safe for use by many threads. */
final class ParentData implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ParentData.class);
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    /** What a WELCOME tells a rank. */
    record Offer(@Nullable Integer data, @Nullable Integer store) {
        static final Offer NONE = new Offer(null, null);
    }

    private final DataSettings settings;
    private final int worldSize;
    private final @Nullable Store store;
    private final String segments;
    private final DataPort port;
    private final boolean isReachable;
    private final Transfers transfers;
    private final DataPlane plane;

    // Guarded by itself.
    private final BitSet taking = new BitSet();
    private boolean isFarTold;

    private ParentData(
            DataSettings settings,
            Envelope self,
            int worldSize,
            Duration lease,
            String segments,
            @Nullable Store store,
            DataPort port,
            boolean isReachable,
            AtomicReference<@Nullable Transfers> hears) {
        this.settings = settings;
        this.isReachable = isReachable;
        this.worldSize = worldSize;
        this.segments = segments;
        this.store = store;
        this.port = port;
        AtomicReference<@Nullable DataPlane> values = new AtomicReference<>();
        transfers = new Transfers(
                port.loop(), self, settings.chunk(), lease.toNanos(), wire(port), (digest, at, length) -> {
                    DataPlane made = values.get();
                    return made == null ? null : made.read(digest, at, length);
                });
        plane = new DataPlane(settings.digest(), settings.inlineLimit(), store, transfers);
        values.set(plane);
        port.loop().execute(() -> port.loop().addTimer(transfers));
        hears.set(transfers);
    }

    /** Opens the store and the port. */
    static ParentData open(
            DataSettings settings, BrokerAccess.Connection broker, SessionRegistration registration, Duration lease) {
        AtomicReference<@Nullable Transfers> hears = new AtomicReference<>();
        DataPort port = broker.openData(registration, (rank, frames) -> {
            Transfers ready = hears.get();
            // What came before is asked for again.
            if (ready != null) {
                ready.onMessage(rank, frames);
            }
        });
        String segments = segments(settings.sharedMemory());
        Store store = null;
        if (!segments.isEmpty()) {
            try {
                store = Store.open(
                        Path.of(segments), registration.session(), registration.incarnation(), settings.digest());
            } catch (IOException unusable) {
                LOG.warn("Large values go in chunks, without shared memory: {}", unusable.getMessage());
            }
        }
        Envelope self =
                new Envelope(registration.session(), registration.incarnation(), Envelope.PARENT, Envelope.UNNUMBERED);
        int worldSize = registration.publicKeys().size();
        return new ParentData(settings, self, worldSize, lease, segments, store, port, broker.isDataReachable(), hears);
    }

    /** What ranks are told in their bootstrap document. */
    DataAccess access() {
        return new DataAccess(
                port.endpoint(),
                settings.digest().wireName(),
                settings.inlineLimit(),
                settings.chunk(),
                segments,
                port.serverKey());
    }

    /** A rank joins: notes whether it takes part, and says what it is offered. */
    Offer joined(int rank, Message.Join join) {
        boolean shares = store != null && store.token().equals(join.store());
        boolean resolves = join.data() != null && join.data() >= 1;
        boolean reaches = shares || isReachable;
        synchronized (taking) {
            taking.set(rank, resolves && reaches);
            if (resolves && !reaches && !isFarTold) {
                isFarTold = true;
                LOG.info(
                        "Large values travel in the messages, through the broker: rank {} on host {} shares no memory with this process and was not told how to reach it (--listen)",
                        rank,
                        join.host());
            }
        }
        return reaches ? new Offer(1, shares ? 1 : null) : Offer.NONE;
    }

    /** The body as it is to be sent, and what it needs until the task has ended. Blocks while values are written. */
    DataPlane.@Nullable Publication publish(Body body) {
        synchronized (taking) {
            if (taking.cardinality() < worldSize) {
                return null;
            }
        }
        return plane.publish(body);
    }

    /** The reply of a rank, with its values; blocks until they are here. */
    Body resolve(int rank, Body reply) throws ProtocolException {
        return plane.resolve(reply, rank, null);
    }

    /** Called when a task has ended. */
    void tidy() {
        plane.tidy();
    }

    DataStats stats() {
        return new DataStats(
                store == null ? 0 : store.written(),
                store == null ? 0 : store.hits(),
                transfers.bytesOut(),
                transfers.bytesIn(),
                transfers.badChunks(),
                plane.fallbacks());
    }

    /** Ends the port, and removes the store if nobody else uses it. */
    @Override
    public void close() {
        port.close();
        if (store != null) {
            store.close();
        }
    }

    private static String segments(String sharedMemory) {
        return switch (sharedMemory) {
            case DataSettings.OFF -> "";
            case DataSettings.AUTO ->
                Files.isDirectory(SHARED_MEMORY) && Files.isWritable(SHARED_MEMORY) ? SHARED_MEMORY.toString() : "";
            default -> sharedMemory;
        };
    }

    private static Transfers.Wire wire(DataPort port) {
        return new Transfers.Wire() {
            @Override
            public boolean send(int peer, List<ByteBuffer> frames) {
                return port.send(peer, frames);
            }

            @Override
            public void rebuild() {
                port.rebuild();
            }
        };
    }
}
