// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.lang.ref.Cleaner;
import java.lang.ref.WeakReference;
import java.nio.MappedByteBuffer;
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

    private final Map<Digest, View> views = new HashMap<>();
    private long bytes;
    private long bytesAtCollection;

    private record View(WeakReference<MappedByteBuffer> memory, long size) {}

    /** The mapping of that value, or null. */
    synchronized @Nullable MappedByteBuffer get(Digest digest) {
        View view = views.get(digest);
        return view == null ? null : view.memory().get();
    }

    /** Whether the value is mapped, or was and its lock is not released yet. */
    synchronized boolean contains(Digest digest) {
        return views.containsKey(digest);
    }

    /** Remembers a mapping; {@code locked} is closed at its end, null if the file stays open anyway. */
    synchronized void add(Digest digest, MappedByteBuffer memory, @Nullable FileChannel locked) {
        View view = new View(new WeakReference<>(memory), memory.capacity());
        views.put(digest, view);
        bytes += view.size();
        CLEANER.register(memory, () -> ended(digest, view, locked));
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

    private synchronized void ended(Digest digest, View view, @Nullable FileChannel locked) {
        views.remove(digest, view);
        bytes -= view.size();
        if (locked != null) {
            try {
                locked.close();
            } catch (IOException failed) {
                LOG.warn("The value {} could not be closed: {}", digest, failed.toString());
            }
        }
    }
}
