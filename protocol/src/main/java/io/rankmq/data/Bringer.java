// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.api.AbortSignal;
import io.rankmq.memory.Bytes;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Finds a value in the store, or brings it there, once a host; without a store into memory of this process. One value at a time. */
final class Bringer {
    private static final long PAUSE_NANOS = 5_000_000;

    private final HashKind hash;
    private final @Nullable Store store;
    private final Remote remote;
    private final int piece;

    /** @param piece bytes of a piece of a value that is too large for one buffer */
    Bringer(HashKind hash, @Nullable Store store, Remote remote, int piece) {
        this.hash = hash;
        this.store = store;
        this.remote = remote;
        this.piece = piece;
    }

    synchronized Bytes bring(DataRef value, int from, @Nullable AbortSignal abort) throws ProtocolException {
        try {
            Bytes found = store == null ? null : bring(store, value, from, abort);
            return found != null ? found : intoMemory(value, from, abort);
        } catch (IOException failed) {
            throw unavailable(value, "cannot be kept here: " + failed);
        }
    }

    /** Null if there is no room in the store. */
    private @Nullable Bytes bring(Store into, DataRef value, int from, @Nullable AbortSignal abort)
            throws ProtocolException, IOException {
        Path lock = into.path(value.digest(), ".fetch");
        while (true) {
            Bytes found = into.find(value);
            if (found != null) {
                return found;
            }
            try (FileChannel fetching = StoreFolder.openPrivate(
                    lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (StoreFolder.tryLock(fetching, false) != null) {
                    return fetch(into, value, from, lock, abort);
                }
            }
            // Whoever holds the lock is bound by a lease.
            if (abort != null && abort.triggered()) {
                throw unavailable(value, "was not waited for: " + abort.reason());
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private @Nullable Bytes fetch(Store into, DataRef value, int from, Path lock, @Nullable AbortSignal abort)
            throws ProtocolException, IOException {
        try {
            Bytes found = into.find(value);
            return found != null ? found : fetch(into, value, from, abort);
        } finally {
            try {
                Files.deleteIfExists(lock);
            } catch (NoSuchFileException gone) {
                // The folder went first.
            }
        }
    }

    private @Nullable Bytes fetch(Store into, DataRef value, int from, @Nullable AbortSignal abort)
            throws ProtocolException, IOException {
        Segment part;
        try {
            part = into.part(value.size());
        } catch (IOException full) {
            return null;
        }
        boolean kept = false;
        try {
            remote.bring(value, from, part::write, abort);
            part.finish();
            FileChannel file = part.file();
            check(
                    value,
                    Bytes.inPieces(
                            value.size(), piece, (at, length) -> file.map(FileChannel.MapMode.READ_ONLY, at, length)));
            into.keep(part, value.digest());
            kept = true;
        } finally {
            if (!kept) {
                into.drop(part);
            }
        }
        Bytes found = into.find(value);
        into.release(value.digest());
        return found;
    }

    private Bytes intoMemory(DataRef value, int from, @Nullable AbortSignal abort) throws ProtocolException {
        Bytes memory = Bytes.inPieces(value.size(), piece, (at, length) -> ByteBuffer.allocate(length));
        remote.bring(value, from, memory::write, abort);
        check(value, memory);
        return memory;
    }

    private void check(DataRef value, Bytes bytes) throws ProtocolException {
        Digest found = BlockCopy.digest(bytes, hash);
        if (!found.equals(value.digest())) {
            throw unavailable(value, "came with other bytes, their digest is " + found);
        }
    }

    static ProtocolException unavailable(DataRef value, String why) {
        return new ProtocolException(
                ErrorCode.DATA_UNAVAILABLE, "value " + value.digest() + " of " + value.size() + " bytes " + why);
    }
}
