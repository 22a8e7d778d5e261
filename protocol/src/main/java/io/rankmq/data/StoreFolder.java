// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder that the processes of one host, user and incarnation share (docs/protocol.md, section 12.4): who uses it, and who removes it. Its
 * locks belong to this process, so a process opens a folder once. Safe for use by many threads.
 */
final class StoreFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreFolder.class);
    private static final int ATTEMPTS = 200;
    private static final long PAUSE_NANOS = 2_000_000;
    private static final String USERS = "users";
    private static final String TOKEN = "token";
    private static final Set<PosixFilePermission> FOLDER_MODE = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<?> PRIVATE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /** Folders that this process uses: opening and closing their files once more would give up its locks. Guarded by itself. */
    private static final Set<Path> OWN = new HashSet<>();

    private final Path path;
    private final Users users;
    private final String token;

    /** The open file, our shared lock on it, and which file it is. */
    private record Users(FileChannel file, FileLock shared, long inode) {}

    private StoreFolder(Path path, Users users, String token) {
        this.path = path;
        this.users = users;
        this.token = token;
    }

    /**
     * Opens the folder of an incarnation, and removes what dead processes have left beside it.
     *
     * @param root where, for instance {@code /dev/shm}
     * @throws IOException if there is no such place, or the folder is not this user's alone
     */
    static StoreFolder open(Path root, String session, int incarnation) throws IOException {
        if (!Files.isDirectory(root) || !Files.isWritable(root)) {
            throw new IOException(root + " is no folder that this process may write to");
        }
        String uid = uid();
        Path place = root.toRealPath();
        Path path = place.resolve("rankmq-" + uid + "-" + session + "-" + incarnation);
        synchronized (OWN) {
            if (!OWN.add(path)) {
                throw new IOException(path + " is used by this process already");
            }
        }
        try {
            sweep(place, "rankmq-" + uid + "-");
            return enter(path, uid);
        } catch (IOException | RuntimeException failed) {
            forget(path);
            throw failed;
        }
    }

    /** Where the files are. */
    Path path() {
        return path;
    }

    /** Who reads the same shares this memory. */
    String token() {
        return token;
    }

    /** Leaves the folder; the last one removes it. */
    @Override
    public void close() {
        try (FileChannel file = users.file()) {
            users.shared().release();
            if (tryLock(file, false) != null && users.inode() == inode(path.resolve(USERS))) {
                remove(path);
            }
        } catch (IOException failed) {
            LOG.warn("The store {} was not removed: {}", path, failed.toString());
        } finally {
            forget(path);
        }
    }

    /** Opens a file for this process alone to see. */
    static FileChannel openPrivate(Path file, OpenOption... options) throws IOException {
        Set<OpenOption> all = new HashSet<>(Set.of(options));
        all.add(LinkOption.NOFOLLOW_LINKS);
        return FileChannel.open(file, all, PRIVATE);
    }

    /** The lock on a whole file, or null if it is held already. */
    static @Nullable FileLock tryLock(FileChannel file, boolean shared) throws IOException {
        try {
            return file.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException held) {
            return null;
        }
    }

    /** What tells this file from others; 0 if there is none. */
    static long inode(Path file) throws IOException {
        try {
            return (long) Files.getAttribute(file, "unix:ino", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException none) {
            return 0;
        }
    }

    private static StoreFolder enter(Path path, String uid) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(FOLDER_MODE));
            } catch (FileAlreadyExistsException shared) {
                checkOwner(path, uid);
            }
            Users users = enterUsers(path.resolve(USERS));
            if (users != null) {
                try {
                    return new StoreFolder(path, users, token(path));
                } catch (IOException | RuntimeException failed) {
                    users.file().close();
                    throw failed;
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IOException(path + " is being removed all the time");
    }

    private static void checkOwner(Path path, String uid) throws IOException {
        Map<String, Object> found;
        try {
            found = Files.readAttributes(path, "unix:uid,mode,isDirectory", LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException gone) {
            return;
        }
        boolean isPrivate = found.get("mode") instanceof Integer mode && (mode & 0777) == 0700;
        if (!isPrivate
                || !Boolean.TRUE.equals(found.get("isDirectory"))
                || !uid.equals(String.valueOf(found.get("uid")))) {
            throw new IOException(path + " is not a folder of user " + uid + " with mode 0700");
        }
    }

    /** Null if somebody is removing the folder. */
    private static @Nullable Users enterUsers(Path file) throws IOException {
        try {
            Files.createFile(file, PRIVATE);
        } catch (FileAlreadyExistsException shared) {
            // Somebody was first.
        } catch (NoSuchFileException removed) {
            return null;
        }
        long inode = inode(file);
        FileChannel users;
        try {
            users = openPrivate(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (NoSuchFileException removed) {
            return null;
        }
        FileLock shared = tryLock(users, true);
        if (shared == null || inode != inode(file)) {
            users.close();
            return null;
        }
        return new Users(users, shared, inode);
    }

    private static String token(Path folder) throws IOException {
        Path token = folder.resolve(TOKEN);
        if (!Files.exists(token)) {
            byte[] random = new byte[16];
            new SecureRandom().nextBytes(random);
            Path own = folder.resolve(TOKEN + "." + ProcessHandle.current().pid() + ".part");
            try (FileChannel file = openPrivate(own, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                file.write(ByteBuffer.wrap(HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII)));
            }
            try {
                Files.createLink(token, own);
            } catch (FileAlreadyExistsException second) {
                // The first one's counts.
            }
            Files.delete(own);
        }
        return Files.readString(token, StandardCharsets.US_ASCII);
    }

    private static void sweep(Path root, String prefix) throws IOException {
        try (DirectoryStream<Path> found = Files.newDirectoryStream(root, prefix + "*")) {
            for (Path folder : found) {
                synchronized (OWN) {
                    if (!OWN.contains(folder)) {
                        sweep(folder);
                    }
                }
            }
        }
    }

    private static void sweep(Path folder) {
        Path file = folder.resolve(USERS);
        try {
            long before = inode(file);
            if (before == 0) {
                // Only if it is empty: somebody may be about to enter it.
                Files.deleteIfExists(folder);
                return;
            }
            try (FileChannel users = openPrivate(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                if (tryLock(users, false) != null && before == inode(file)) {
                    remove(folder);
                    LOG.info("Removed {}, whose processes are gone", folder);
                }
            }
        } catch (IOException notOurs) {
            LOG.debug("Left {} as it is: {}", folder, notOurs.toString());
        }
    }

    private static void remove(Path folder) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.deleteIfExists(file);
            }
        }
        Files.deleteIfExists(folder);
    }

    private static void forget(Path path) {
        synchronized (OWN) {
            OWN.remove(path);
        }
    }

    private static String uid() throws IOException {
        Path self = Path.of("/proc/self");
        Path asked = Files.exists(self) ? self : Path.of(System.getProperty("user.home"));
        return String.valueOf(Files.getAttribute(asked, "unix:uid"));
    }
}
