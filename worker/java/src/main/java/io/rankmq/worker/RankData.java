// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.AbortSignal;
import io.rankmq.data.DataPlane;
import io.rankmq.data.HashKind;
import io.rankmq.data.Store;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.DataAccess;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rank's part in the data plane (docs/protocol.md, section 12): brings the values of a task before it runs, and keeps those of its reply until
 * the next one. The thread of the tasks uses it; {@link #close} belongs to any thread.
 */
final class RankData implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RankData.class);

    private final DataPlane plane;
    private final @Nullable Store store;
    private final DataConnection connection;
    private DataPlane.@Nullable Publication reply;

    private RankData(HashKind hash, DataAccess access, @Nullable Store store, DataConnection connection) {
        this.store = store;
        this.connection = connection;
        plane = new DataPlane(hash, access.inlineLimit(), store, connection);
        connection.serves(plane::read);
    }

    /** The rank's part in the data plane of its session, or null if there is none that it can take part in. */
    static @Nullable RankData open(BootstrapDocument document, RankIdentity identity) {
        DataAccess access = document.data();
        if (access == null) {
            return null;
        }
        HashKind hash = HashKind.ofWireName(access.digest());
        if (hash == null) {
            LOG.warn("Large values come in the messages: this rank does not know the digest '{}'", access.digest());
            return null;
        }
        return new RankData(hash, access, store(access, identity, hash), new DataConnection(document, identity.rank()));
    }

    private static @Nullable Store store(DataAccess access, RankIdentity identity, HashKind hash) {
        if (access.segments().isEmpty()) {
            return null;
        }
        try {
            return Store.open(Path.of(access.segments()), identity.session(), identity.incarnation(), hash);
        } catch (IOException unusable) {
            LOG.warn("Large values come in chunks, without shared memory: {}", unusable.getMessage());
            return null;
        }
    }

    /** Token of the shared memory, or null if there is none. */
    @Nullable
    String token() {
        return store == null ? null : store.token();
    }

    /** How long the parent may be silent before a value is given up. */
    void agreed(long leaseNanos) {
        connection.agreed(leaseNanos);
    }

    /** Brings the values of a task, and lets go of those of the reply before. Ends early with the abort signal. */
    Body bring(Body task, AbortSignal abort) throws ProtocolException {
        release();
        return plane.resolve(task, Envelope.PARENT, abort);
    }

    /** A reply of which the large values stay here, to be asked for. */
    Body publish(Body body) {
        DataPlane.Publication published = plane.publish(body);
        reply = published;
        if (!published.body().references().isEmpty()) {
            connection.reach();
        }
        return published.body();
    }

    /** Called when nothing waits for this rank. */
    void tidy() {
        plane.tidy();
    }

    /** Leaves the store, and removes it if this was the last to use it. */
    @Override
    public void close() {
        connection.close();
        if (store != null) {
            store.close();
        }
    }

    private void release() {
        DataPlane.Publication before = reply;
        reply = null;
        if (before != null) {
            before.release();
        }
    }
}
