// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What Linux tells of processes; elsewhere {@link #isThere} is false. */
final class ProcFs {
    /** Flag PF_KTHREAD of the kernel. */
    private static final long KERNEL_THREAD = 0x0020_0000;

    /**
     * A process.
     *
     * @param start when it started, in clock ticks since boot; with the pid it names a process for ever
     * @param ended whether it waits only for its parent to notice (a zombie)
     */
    record Entry(long pid, long parent, long group, long session, long start, boolean ended) {}

    private final Path root;

    ProcFs(Path root) {
        this.root = root;
    }

    static ProcFs ofThisHost() {
        return new ProcFs(Path.of("/proc"));
    }

    Path root() {
        return root;
    }

    boolean isThere() {
        return Files.isReadable(root.resolve("self/stat"));
    }

    /** All processes that have not ended, kernel threads left out; empty if they cannot be listed. */
    List<Entry> living() {
        List<Entry> entries = new ArrayList<>();
        String[] names = root.toFile().list();
        for (String name : names == null ? new String[0] : names) {
            Entry entry = Character.isDigit(name.charAt(0)) ? read(root.resolve(name)) : null;
            if (entry != null && !entry.ended()) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** One process, or null if it is gone. */
    @Nullable
    Entry entry(long pid) {
        return read(root.resolve(Long.toString(pid)));
    }

    /**
     * Whether a process was started with this variable.
     *
     * @return null if this user may not know
     */
    @Nullable
    Boolean hasVariable(long pid, String name, String value) {
        try {
            byte[] bytes = Files.readAllBytes(root.resolve(pid + "/environ"));
            return ("\0" + new String(bytes, StandardCharsets.ISO_8859_1)).contains("\0" + name + "=" + value + "\0");
        } catch (IOException e) {
            return null;
        }
    }

    private static @Nullable Entry read(Path folder) {
        try {
            String stat = Files.readString(folder.resolve("stat"), StandardCharsets.ISO_8859_1);
            // The second field is the program's name in parentheses, and may itself hold blanks and parentheses.
            int name = stat.lastIndexOf(')');
            if (name < 0) {
                return null;
            }
            String[] fields = stat.substring(name + 2).split(" ", 21);
            if ((Long.parseLong(fields[6]) & KERNEL_THREAD) != 0) {
                return null;
            }
            return new Entry(
                    Long.parseLong(String.valueOf(folder.getFileName())),
                    Long.parseLong(fields[1]),
                    Long.parseLong(fields[2]),
                    Long.parseLong(fields[3]),
                    Long.parseLong(fields[19]),
                    fields[0].equals("Z") || fields[0].equals("X"));
        } catch (IOException e) {
            return null;
        }
    }
}
