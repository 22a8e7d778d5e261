// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

import io.rankmq.api.DType;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Sums;
import io.rankmq.parent.DataSettings;
import io.rankmq.parent.RankInfo;
import io.rankmq.parent.Session;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** RankMQ as users have it, with Java ranks; every rank reads every byte, and the parent those that come back. */
final class RankMqBulk implements BulkSide {
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private final Session session;
    private int turns;

    /** @param sizes bytes of each tensor */
    RankMqBulk(int ranks, DataSettings data, int... sizes) {
        for (int size : sizes) {
            buffers.add(ByteBuffer.allocate(size));
        }
        session = Session.builder()
                .worldSize(ranks)
                .executor("bulk")
                .component("bulk", BulkRank.class.getName(), Map.of())
                .allow(BenchRanks.ALLOW)
                .launcher(BenchRanks.java())
                .data(data)
                .start();
    }

    /** A value that differs from all before. */
    Shareable next() {
        Shareable value = new Shareable();
        turns++;
        for (int i = 0; i < buffers.size(); i++) {
            ByteBuffer bytes = buffers.get(i);
            bytes.putInt(0, turns);
            value.put("t" + i, Tensor.of(DType.UINT8, new long[] {bytes.capacity()}, Tensor.Order.C, bytes.slice()));
        }
        return value;
    }

    @Override
    public double turn() {
        Shareable value = next();
        long begun = System.nanoTime();
        Shareable reply = session.execute("turn", value).orThrow().reply();
        long sum = 0;
        for (int i = 0; i < buffers.size(); i++) {
            sum += Sums.of(reply.get("t" + i, Tensor.class).buffer());
        }
        long took = System.nanoTime() - begun;
        if (sum == 0) {
            throw new IllegalStateException("nothing came back");
        }
        return took;
    }

    /** The time of a task with this value and a small answer. */
    double send(Shareable value) {
        long begun = System.nanoTime();
        session.execute("read", value).orThrow();
        return System.nanoTime() - begun;
    }

    Session session() {
        return session;
    }

    /** The most memory that a rank had, in bytes; shared memory that it looked at is in it. */
    long peakOfRanks() {
        return session.ranks().stream()
                .map(RankInfo::pid)
                .mapToLong(pid -> pid == null ? 0 : peak(Path.of("/proc/" + pid + "/status")))
                .max()
                .orElse(0);
    }

    /** Bytes of this session's shared memory. */
    long shared() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("/dev/shm"))) {
            return files.filter(file -> file.toString().contains(session.id()) && Files.isRegularFile(file))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    static long peak(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException gone) {
            return 0;
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
