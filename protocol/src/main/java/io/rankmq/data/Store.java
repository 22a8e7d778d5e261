// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import io.rankmq.memory.Bytes;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Values in the shared memory of a host (docs/protocol.md, section 12.4): those of all processes, and among them the ones that this process made. A
 * value is complete and never changes under its name. Only its maker uses its pages again, because fresh pages cost the kernel several times
 * as much as used ones; it takes the exclusive lock, which says that nobody looks, and renames the file, so that who has just opened it
 * finds out.
 *
 * <pre>
 *   .part --written, digest known--> value, needed --release--> value, cached --its pages are used--> .part
 *                                                                      `--no room--> removed
 * </pre>
 *
 * Safe for use by many threads.
 */
public final class Store implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Store.class);

    /** What a process keeps at most, needed or not; half of what is free if that is less. */
    private static final long MAX_BYTES = 8L << 30;

    /** Files that a process keeps at most for their content only: each is an open file. */
    private static final int MAX_CACHED = 512;

    private static final int LOCK_ATTEMPTS = 100;
    private static final long PAUSE_NANOS = 1_000_000;

    private final StoreFolder folder;
    private final HashKind hash;
    private final long limit;
    private final Views views;
    private final AtomicLong names = new AtomicLong();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong hits = new AtomicLong();

    // Guarded by this. Oldest use first.
    private final Map<Digest, Segment> segments = new LinkedHashMap<>(16, 0.75f, true);
    private final List<Segment> spare = new ArrayList<>();

    private Store(StoreFolder folder, HashKind hash, long limit, int piece) {
        this.folder = folder;
        this.hash = hash;
        this.limit = limit;
        views = new Views(piece);
    }

    /**
     * Opens the store of an incarnation.
     *
     * @param root folder of shared memory
     * @throws IOException if it cannot be used; the message says why
     */
    public static Store open(Path root, String session, int incarnation, HashKind hash) throws IOException {
        return open(root, session, incarnation, hash, Bytes.PIECE_BYTES);
    }

    /** With pieces that a test can afford. */
    static Store open(Path root, String session, int incarnation, HashKind hash, int piece) throws IOException {
        StoreFolder folder = StoreFolder.open(root, session, incarnation);
        long free = Files.getFileStore(folder.path()).getUsableSpace();
        return new Store(folder, hash, Math.min(MAX_BYTES, free / 2), piece);
    }

    /** Who reads the same shares this memory. */
    public String token() {
        return folder.token();
    }

    /** Bytes of this process's own values written so far, those of a value that is being written included. */
    public long written() {
        return written.get();
    }

    /** How often a value was here already. */
    public long hits() {
        return hits.get();
    }

    /**
     * A read-only view of a value, or null if it is not here. It stays good as long as it, or a buffer of it, can be reached.
     *
     * @throws IOException if the file cannot be mapped
     */
    public @Nullable Bytes find(DataRef value) throws IOException {
        for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++) {
            try {
                Bytes found = findOnce(value);
                hits.incrementAndGet();
                return found;
            } catch (NoSuchFileException none) {
                return null;
            } catch (FileChanges passing) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        return null;
    }

    /** Something about a file is in a state that does not last. */
    private static final class FileChanges extends Exception {
        private static final long serialVersionUID = 1;
    }

    private synchronized Bytes findOnce(DataRef value) throws IOException, FileChanges {
        Bytes mapped = views.get(value.digest());
        if (mapped != null) {
            segments.get(value.digest());
            return mapped;
        }
        if (views.contains(value.digest())) {
            throw new FileChanges();
        }
        Segment own = segments.get(value.digest());
        FileChannel file = own == null ? openLocked(path(value.digest())) : own.file();
        try {
            if (file.size() != value.size()) {
                throw new IOException(
                        "value " + value.digest() + " has " + file.size() + " bytes, expected " + value.size());
            }
            return views.add(value, file, own == null);
        } catch (IOException failed) {
            if (own == null) {
                file.close();
            }
            throw failed;
        }
    }

    private static FileChannel openLocked(Path path) throws IOException, FileChanges {
        long inode = StoreFolder.inode(path);
        FileChannel file = StoreFolder.openPrivate(path, StandardOpenOption.READ);
        FileLock lock = StoreFolder.tryLock(file, true);
        if (lock == null || inode != StoreFolder.inode(path)) {
            file.close();
            throw new FileChanges();
        }
        return file;
    }

    /**
     * Writes a value, unless a file with its digest is here.
     *
     * @param known its digest, if that was computed before
     * @return the digest; the value is needed until {@link #release}
     * @throws IOException if there is no room
     */
    public Digest publish(Bytes value, @Nullable Digest known) throws IOException {
        if (known != null && keep(known)) {
            hits.incrementAndGet();
            return known;
        }
        Segment part = part(value.size());
        AtomicLong copied = new AtomicLong();
        try {
            Digest digest = BlockCopy.copy(value, hash, (offset, bytes) -> {
                int length = bytes.remaining();
                part.write(offset, bytes);
                copied.addAndGet(length);
                written.addAndGet(length);
            });
            keep(part, digest);
            return digest;
        } catch (IOException | RuntimeException failed) {
            written.addAndGet(-copied.get());
            part.remove();
            throw failed;
        }
    }

    /** Marks a value as needed; false if it is not here. */
    private synchronized boolean keep(Digest digest) {
        Segment own = segments.get(digest);
        if (own != null) {
            own.needs++;
        }
        // What another process made stays as long as we look at it.
        return own != null || (views.isInUse(digest) && Files.exists(path(digest)));
    }

    /** A file for a value to be written into. */
    synchronized Segment part(long size) throws IOException {
        Segment used = takeUsed(size);
        if (used != null) {
            return used;
        }
        makeRoom(size);
        Path path = partPath();
        FileChannel file = StoreFolder.openPrivate(
                path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        return new Segment(file, path, size);
    }

    /** Makes a whole part the value of that digest; if somebody was faster, its pages are kept for another one. */
    synchronized void keep(Segment part, Digest digest) throws IOException {
        part.finish();
        Segment own = segments.get(digest);
        if (own != null) {
            own.needs++;
            spare.add(part);
            return;
        }
        try {
            part.rename(path(digest));
        } catch (FileAlreadyExistsException equal) {
            // Ours lasts as long as we need it, the other one may go.
            part.replace(path(digest));
        }
        part.needs = 1;
        segments.put(digest, part);
    }

    /** Gives up a part that will not become a value. */
    void drop(Segment part) throws IOException {
        part.remove();
    }

    /** A value is not needed any more, so that its pages may be used again. */
    public synchronized void release(Digest digest) {
        Segment own = segments.get(digest);
        if (own != null && own.needs > 0) {
            own.needs--;
        }
    }

    /** Some bytes of a value that is needed; null if it is none. */
    synchronized @Nullable ByteBuffer read(Digest digest, long offset, int length) throws IOException {
        Segment own = segments.get(digest);
        if (own != null && own.needs > 0 && offset + length <= own.size()) {
            ByteBuffer bytes = ByteBuffer.allocate(length);
            long at = offset;
            while (bytes.hasRemaining()) {
                at += own.file().read(bytes, at);
            }
            return bytes.flip();
        }
        Bytes mapped = views.get(digest);
        return mapped == null || offset + length > mapped.size() ? null : mapped.read(offset, length);
    }

    /** Lets go of mappings that nobody looks at any more, if there are many. */
    public void tidy() {
        views.collect();
    }

    /** A private file beside a value, for a lock. */
    Path path(Digest digest, String suffix) {
        return folder.path().resolve(digest.hex() + suffix);
    }

    /** Leaves the store. Views stay good. */
    @Override
    public synchronized void close() {
        folder.close();
    }

    private Path path(Digest digest) {
        return path(digest, "");
    }

    private Path partPath() {
        return folder.path().resolve(ProcessHandle.current().pid() + "-" + names.incrementAndGet() + ".part");
    }

    private @Nullable Segment takeUsed(long size) throws IOException {
        for (Iterator<Segment> all = spare.iterator(); all.hasNext(); ) {
            Segment part = all.next();
            if (fits(part, size)) {
                all.remove();
                part.resize(size);
                return part;
            }
        }
        for (Iterator<Map.Entry<Digest, Segment>> all = segments.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Digest, Segment> oldest = all.next();
            Segment segment = oldest.getValue();
            if (segment.needs > 0 || !fits(segment, size) || views.contains(oldest.getKey())) {
                continue;
            }
            FileLock alone = StoreFolder.tryLock(segment.file(), false);
            if (alone != null) {
                all.remove();
                if (segment.isLinked()) {
                    segment.become(partPath(), size);
                    alone.release();
                    return segment;
                }
                segment.remove();
            }
        }
        return null;
    }

    private static boolean fits(Segment segment, long size) {
        return size / 2 <= segment.size() && segment.size() <= 2 * size;
    }

    private void makeRoom(long size) throws IOException {
        long held = size;
        for (Segment part : spare) {
            held += part.size();
        }
        for (Segment segment : segments.values()) {
            held += segment.size();
        }
        while (!spare.isEmpty() && held > limit) {
            Segment part = spare.remove(spare.size() - 1);
            held -= part.size();
            part.remove();
        }
        Iterator<Segment> all = segments.values().iterator();
        while (all.hasNext() && (held > limit || segments.size() >= MAX_CACHED)) {
            Segment oldest = all.next();
            if (oldest.needs == 0) {
                all.remove();
                held -= oldest.size();
                oldest.remove();
            }
        }
        if (held > limit) {
            LOG.debug("There is no room for {} bytes beside what is needed", size);
            throw new IOException(
                    size + " bytes more than the " + (held - size) + " that are needed are over the limit of " + limit);
        }
    }
}
