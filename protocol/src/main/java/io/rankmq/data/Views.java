// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values that this process has mapped. A mapping lives as long as any buffer or tensor that looks into it can be reached, and the lock that
 * keeps its maker from using the pages again lives as long. Safe for use by many threads.
 */
final class Views {
    private static final Logger LOG = LoggerFactory.getLogger(Views.class);
    private static final Cleaner CLEANER = Cleaner.create();

    /** Mapped bytes that may wait for the collector before it is asked to run: some rounds of a model, a small part of a host. */
    private static final long COLLECT_BYTES = 256L << 20;

    private final int piece;
    private final Map<Digest, View> views = new HashMap<>();
    private long bytes;
    private long bytesAtCollection;

    private static final class View {
        final DataRef value;
        final FileChannel file;
        final boolean isLocked;

        /** By offset. */
        final Map<Long, WeakReference<MappedByteBuffer>> pieces = new HashMap<>();

        /** Pieces that are not given back yet. */
        int mapped;

        View(DataRef value, FileChannel file, boolean isLocked) {
            this.value = value;
            this.file = file;
            this.isLocked = isLocked;
        }

        @Nullable
        MappedByteBuffer piece(long offset) {
            WeakReference<MappedByteBuffer> memory = pieces.get(offset);
            return memory == null ? null : memory.get();
        }
    }

    /** @param piece bytes of a piece of a value that is too large for one buffer */
    Views(int piece) {
        this.piece = piece;
    }

    /**
     * The mapping of that value, or null if there is none that can be used. Pieces that nobody could reach any more are mapped again: somebody
     * may hold a part of a value only.
     */
    synchronized @Nullable Bytes get(Digest digest) throws IOException {
        View view = views.get(digest);
        try {
            return view == null ? null : whole(view);
        } catch (ClosedChannelException removed) {
            return null;
        }
    }

    /** Whether somebody can reach the mapping of that value, or a part of it. */
    synchronized boolean isInUse(Digest digest) {
        View view = views.get(digest);
        return view != null && view.pieces.values().stream().anyMatch(memory -> memory.get() != null);
    }

    /** Whether the value is mapped, or was and its lock is not released yet. */
    synchronized boolean contains(Digest digest) {
        return views.containsKey(digest);
    }

    /** Maps a value; {@code isLocked}: the file is to be closed at the mapping's end, which releases its lock. */
    synchronized Bytes add(DataRef value, FileChannel file, boolean isLocked) throws IOException {
        View view = new View(value, file, isLocked);
        Bytes memory = whole(view);
        views.put(value.digest(), view);
        bytes += value.size();
        return memory;
    }

    private Bytes whole(View view) throws IOException {
        return Bytes.inPieces(view.value.size(), piece, (at, length) -> {
            MappedByteBuffer there = view.piece(at);
            return there != null ? there : map(view, at, length);
        });
    }

    private MappedByteBuffer map(View view, long at, int length) throws IOException {
        MappedByteBuffer memory = view.file.map(FileChannel.MapMode.READ_ONLY, at, length);
        view.pieces.put(at, new WeakReference<>(memory));
        view.mapped++;
        CLEANER.register(memory, () -> ended(view));
        return memory;
    }

    /** Asks the collector to run if much is mapped that may not be reachable any more. To be called when nothing waits for this thread. */
    void collect() {
        synchronized (this) {
            bytesAtCollection = Math.min(bytesAtCollection, bytes);
            if (bytes - bytesAtCollection < COLLECT_BYTES) {
                return;
            }
            bytesAtCollection = bytes;
        }
        System.gc();
    }

    /** Nobody can reach a piece any more. */
    private synchronized void ended(View view) {
        view.mapped--;
        Digest digest = view.value.digest();
        // Who could not map all pieces closes the file itself.
        if (view.mapped > 0 || !views.remove(digest, view)) {
            return;
        }
        bytes -= view.value.size();
        if (view.isLocked) {
            try {
                view.file.close();
            } catch (IOException failed) {
                LOG.warn("The value {} could not be closed: {}", digest, failed.toString());
            }
        }
    }
}
