// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads and writes files that hold secrets: their owner alone can touch them. Any thread. */
public final class KeyFiles {

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final long MAX_KEY_FILE = 4096;

    private KeyFiles() {}

    /** Writes a key pair as JSON. See {@link #write} for errors. */
    public static void writeKeyPair(Path file, CurveKeyPair keys) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("public", keys.publicKey());
        json.put("secret", keys.secretKey());
        write(file, json.toPrettyString() + "\n");
    }

    /** Reads a key pair that {@link #writeKeyPair} wrote. See {@link #read} for errors. */
    public static CurveKeyPair readKeyPair(Path file) {
        Map<String, Object> json = StrictJson.parse("key file " + file, read(file, MAX_KEY_FILE));
        return StrictJson.keyPair("key file " + file, json);
    }

    /**
     * Writes a file that only its owner can read or write. A reader sees the old content or the new one, never a part.
     *
     * @throws KeyFileException if it cannot be written
     */
    public static void write(Path file, String content) {
        Path directory = file.toAbsolutePath().getParent();
        Path part = null;
        try {
            FileAttribute<Set<PosixFilePermission>> ownerOnly = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
            part = Files.createTempFile(directory, ".rankmq-", ".part", ownerOnly);
            try (FileChannel out = FileChannel.open(part, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    out.write(bytes);
                }
                out.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            delete(part);
            throw new KeyFileException("cannot write " + file + ": " + reason(e));
        }
    }

    /**
     * Reads a file of at most {@code maxBytes} that belongs to this user and that nobody else can read or write.
     *
     * @throws KeyFileException if it is missing, too large, or open to others
     */
    public static String read(Path file, long maxBytes) {
        try {
            Path real = file.toRealPath();
            Facts before = Facts.of(real);
            check(file, before, maxBytes);
            byte[] bytes;
            try (InputStream in = Files.newInputStream(real)) {
                bytes = in.readNBytes((int) maxBytes + 1);
            }
            // Whoever can exchange the file between check and reading could slip keys of his own in.
            if (!before.isSame(Facts.of(real)) || bytes.length != before.size()) {
                throw new KeyFileException(file + " was changed while it was read; try again");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new KeyFileException("cannot read " + file + ": " + reason(e));
        }
    }

    private static void check(Path file, Facts facts, long maxBytes) throws IOException {
        if (!facts.isRegularFile()) {
            throw new KeyFileException(file + " is no regular file");
        }
        if ((facts.mode() & 077) != 0) {
            throw new KeyFileException(String.format(
                    "%s can be used by others (mode %04o) but holds secrets; run: chmod 600 %s",
                    file, facts.mode() & 07777, file));
        }
        int me = Facts.of(Path.of("/proc/self")).owner();
        if (me != facts.owner()) {
            throw new KeyFileException(file + " belongs to user " + facts.owner() + ", not to user " + me
                    + " who reads it; copy it and own the copy");
        }
        if (facts.size() > maxBytes) {
            throw new KeyFileException(file + " is larger than " + maxBytes + " bytes, so it is not what it should be");
        }
    }

    /** What decides whether a file may be trusted. */
    private record Facts(int mode, int owner, Object key, long size) {

        static Facts of(Path path) throws IOException {
            Map<String, Object> attributes = Files.readAttributes(path, "unix:mode,uid,fileKey,size");
            return new Facts(
                    (Integer) Objects.requireNonNull(attributes.get("mode")),
                    (Integer) Objects.requireNonNull(attributes.get("uid")),
                    Objects.requireNonNull(attributes.get("fileKey")),
                    (Long) Objects.requireNonNull(attributes.get("size")));
        }

        /** As equals, which would cost a starting rank the tenth of a second that Java takes to generate it. */
        boolean isSame(Facts other) {
            return mode == other.mode && owner == other.owner && size == other.size && key.equals(other.key);
        }

        boolean isRegularFile() {
            return (mode & 0170000) == 0100000;
        }
    }

    private static String reason(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file or folder";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof FileAlreadyExistsException) {
            return "it exists already";
        }
        return String.valueOf(e.getMessage());
    }

    private static void delete(@Nullable Path part) {
        if (part != null) {
            try {
                Files.deleteIfExists(part);
            } catch (IOException e) {
                throw new KeyFileException("cannot remove " + part + ", which may hold a secret: " + reason(e));
            }
        }
    }
}
