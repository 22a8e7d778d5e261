// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.api.AbortSignal;
import io.rankmq.memory.Bytes;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What parent and rank do alike: large values of a message that is to be sent become references, and references of a received one become values.
 * The threads that call it wait for memory and for peers; loop threads only {@link #read}. Safe for use by many threads.
 */
public final class DataPlane {
    private static final Logger LOG = LoggerFactory.getLogger(DataPlane.class);

    private final HashKind hash;
    private final int inlineLimit;
    private final @Nullable Store store;
    private final Bringer bringer;
    private final Served served = new Served();
    private final AtomicLong fallbacks = new AtomicLong();
    private final AtomicBoolean toldFull = new AtomicBoolean();

    /**
     * @param inlineLimit a message whose attachments are no larger stays as it is
     * @param store where values of this host are, or null for no shared memory
     * @param remote brings what is not there
     */
    public DataPlane(HashKind hash, int inlineLimit, @Nullable Store store, Remote remote) {
        this(hash, inlineLimit, store, remote, Bytes.PIECE_BYTES);
    }

    /** With pieces that a test can afford. */
    DataPlane(HashKind hash, int inlineLimit, @Nullable Store store, Remote remote, int piece) {
        this.hash = hash;
        this.inlineLimit = inlineLimit;
        this.store = store;
        this.bringer = new Bringer(hash, store, remote, piece);
    }

    /** A body that refers to values that are there until it is released. */
    public final class Publication {
        private final Body body;
        private final List<Digest> digests;
        private final AtomicBoolean released = new AtomicBoolean();

        private Publication(Body body, List<Digest> digests) {
            this.body = body;
            this.digests = digests;
        }

        /** What to send. */
        public Body body() {
            return body;
        }

        /** Nobody will ask for the values any more. Idempotent. */
        public void release() {
            if (released.compareAndSet(false, true)) {
                digests.forEach(DataPlane.this::release);
            }
        }
    }

    /** Makes large attachments references, if there are any; blocks while they are written. */
    public Publication publish(Body body) {
        List<Bytes> attachments = body.attachments();
        boolean isSmall = attachments.stream().allMatch(value -> value.size() <= inlineLimit);
        if (isSmall) {
            return new Publication(body, List.of());
        }
        List<DataRef> references = new ArrayList<>(attachments.size());
        List<Digest> digests = new ArrayList<>(attachments.size());
        for (int i = 0; i < attachments.size(); i++) {
            Bytes value = attachments.get(i);
            Digest known = body.known(i);
            Digest digest = publish(value, known != null && known.length() == hash.bytes() ? known : null);
            body.learn(i, digest);
            digests.add(digest);
            references.add(new DataRef(digest, value.size()));
        }
        return new Publication(body.referring(references), digests);
    }

    /**
     * Makes references values, if there are any; blocks until they are here.
     *
     * @param from the rank that sent it, or -1 for the parent
     * @param abort ends the wait, if given
     * @throws ProtocolException DATA_UNAVAILABLE if a value cannot be brought
     */
    public Body resolve(Body body, int from, @Nullable AbortSignal abort) throws ProtocolException {
        if (body.references().isEmpty()) {
            return body;
        }
        Map<Digest, Bytes> brought = new HashMap<>();
        List<Bytes> values = new ArrayList<>(body.references().size());
        for (DataRef reference : body.references()) {
            Bytes value = brought.get(reference.digest());
            if (value == null) {
                value = bringer.bring(reference, from, abort);
                brought.put(reference.digest(), value);
            }
            if (value.size() != reference.size()) {
                throw new ProtocolException(
                        ErrorCode.MALFORMED,
                        "value " + reference.digest() + " has " + value.size() + " bytes, not " + reference.size());
            }
            values.add(value);
        }
        return body.resolved(values);
    }

    /** Some bytes of a published value; null if it is not published any more. Any thread. */
    public @Nullable ByteBuffer read(Digest digest, long offset, int length) throws IOException {
        ByteBuffer bytes = served.read(digest, offset, length);
        return bytes == null && store != null ? store.read(digest, offset, length) : bytes;
    }

    /** Lets go of memory that nobody looks at any more; to be called when nothing waits for this thread. */
    public void tidy() {
        if (store != null) {
            store.tidy();
        }
    }

    /** Values that did not fit into shared memory. */
    public long fallbacks() {
        return fallbacks.get();
    }

    private Digest publish(Bytes value, @Nullable Digest known) {
        if (store != null) {
            try {
                return store.publish(value, known);
            } catch (IOException full) {
                fallbacks.incrementAndGet();
                if (toldFull.compareAndSet(false, true)) {
                    LOG.warn(
                            "Values go in chunks from now on where shared memory has no room for them (said once): {}",
                            full.toString());
                }
            }
        }
        Digest digest = known != null ? known : BlockCopy.digest(value, hash);
        served.add(digest, value);
        return digest;
    }

    private void release(Digest digest) {
        if (!served.remove(digest) && store != null) {
            store.release(digest);
        }
    }
}
