// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file of the store that this process made: a value, or a part that is not one yet. It stays open, because closing any descriptor of a
 * file gives up this process's locks on it. Guarded by its {@link Store}, but for {@link #write}.
 */
final class Segment {
    private final FileChannel file;
    private final long inode;
    private Path path;
    private long size;

    /** How many publications still need the value. */
    int needs;

    Segment(FileChannel file, Path path, long size) throws IOException {
        this.file = file;
        this.path = path;
        this.size = size;
        this.inode = StoreFolder.inode(path);
    }

    long size() {
        return size;
    }

    FileChannel file() {
        return file;
    }

    /**
     * Writes some bytes.
     *
     * @throws IOException where there is no room, which a mapping would tell by killing the process
     */
    void write(long offset, ByteBuffer bytes) throws IOException {
        long at = offset;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    /** Whether the path still is this file: somebody may have put an equal value in its place. */
    boolean isLinked() throws IOException {
        return StoreFolder.inode(path) == inode;
    }

    /** Takes another name, which must not be taken. */
    void rename(Path to) throws IOException {
        Files.createLink(to, path);
        Files.delete(path);
        path = to;
    }

    /** Takes the name from whoever has it. */
    void replace(Path to) throws IOException {
        Files.move(path, to, StandardCopyOption.ATOMIC_MOVE);
        path = to;
    }

    /** Makes this a part of another size. */
    void become(Path part, long bytes) throws IOException {
        rename(part);
        size = bytes;
    }

    void resize(long bytes) {
        size = bytes;
    }

    /** Cuts the file to its size, once it is written. */
    void finish() throws IOException {
        if (file.size() > size) {
            file.truncate(size);
        }
    }

    /** Gives name and pages back; whoever has it mapped keeps it. */
    void remove() throws IOException {
        try (file) {
            if (isLinked()) {
                Files.deleteIfExists(path);
            }
        } catch (NoSuchFileException gone) {
            // The folder went first.
        }
    }
}
