// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

import io.rankmq.bench.report.Child;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The floor: the same bytes written once and read once each through files of /dev/shm, by a plain program without digests, locks or sockets. */
final class PlainBulk implements BulkSide {
    private final List<Child> ranks = new ArrayList<>();
    private final Path folder;
    private final ByteBuffer value;
    private final boolean fresh;

    /** @param fresh whether each turn has new files, the pages of which the kernel must clear */
    PlainBulk(int count, int size, boolean fresh) throws IOException {
        this.fresh = fresh;
        value = ByteBuffer.allocate(size);
        folder = Files.createTempDirectory(Path.of("/dev/shm"), "bench-");
        for (int i = 0; i < count; i++) {
            ranks.add(Child.java(PlainRank.class));
        }
    }

    @Override
    public double turn() throws IOException {
        Path there = folder.resolve("there");
        Path back = folder.resolve("back");
        if (fresh) {
            Files.deleteIfExists(there);
            Files.deleteIfExists(back);
        }
        long begun = System.nanoTime();
        PlainRank.write(there, value);
        for (int i = 0; i < ranks.size(); i++) {
            ranks.get(i).tell(there + " " + (i == 0 ? back : "-"));
        }
        for (Child rank : ranks) {
            rank.hear();
        }
        PlainRank.read(back);
        return System.nanoTime() - begun;
    }

    @Override
    public void close() {
        ranks.forEach(Child::close);
        try {
            Files.deleteIfExists(folder.resolve("there"));
            Files.deleteIfExists(folder.resolve("back"));
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            System.err.println("left " + folder + ": " + e);
        }
    }
}
