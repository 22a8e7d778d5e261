// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.doctor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Whether there is room where files go. */
final class DiskCheck {
    private static final long LEAST_FREE = 256L << 20;
    private static final long LEAST_SHARED = 1L << 30;

    private DiskCheck() {}

    /** A folder that a run writes to; it is made when it is needed. */
    static Finding folder(String name, Path folder) {
        Path there = nearestThatExists(folder.toAbsolutePath().normalize());
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            return Finding.missing(
                    name,
                    folder + " cannot be written",
                    "no job can run here; choose another folder, for logs with --log-dir");
        }
        try {
            long free = Files.getFileStore(there).getUsableSpace();
            String found = folder + ", " + Sizes.show(free) + " free";
            return free >= LEAST_FREE
                    ? Finding.ok(name, found)
                    : Finding.warn(name, found, "a run ends when its logs cannot be written; make room");
        } catch (IOException e) {
            return Finding.warn(name, folder + ": " + e.getMessage(), "how much is free cannot be told");
        }
    }

    /** Memory that processes share as files. */
    static Finding sharedMemory(Path folder) {
        try {
            if (!Files.isDirectory(folder)) {
                return Finding.warn(
                        "shared memory", "there is no " + folder, "large tensors always travel through sockets");
            }
            long total = Files.getFileStore(folder).getTotalSpace();
            String found = folder + ", " + Sizes.show(total);
            return total >= LEAST_SHARED
                    ? Finding.ok("shared memory", found)
                    : Finding.warn(
                            "shared memory",
                            found,
                            "little room for large tensors; in a container give it more, as with docker run --shm-size=2g");
        } catch (IOException e) {
            return Finding.warn("shared memory", folder + ": " + e.getMessage(), "its size cannot be told");
        }
    }

    private static @Nullable Path nearestThatExists(Path folder) {
        Path at = folder;
        while (at != null && !Files.exists(at)) {
            at = at.getParent();
        }
        return at;
    }
}
