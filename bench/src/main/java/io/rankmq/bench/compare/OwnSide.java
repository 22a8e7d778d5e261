// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.compare;

import io.rankmq.api.DType;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Sums;
import io.rankmq.parent.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Four local Python ranks, the work of bench/peers/side.py. Arguments and output as there. */
public final class OwnSide {
    private static final int RANKS = 4;
    private static final int WARM_TASKS = 50;
    private static final int WARM_VALUES = 3;

    private final Session session;
    private final ByteBuffer bytes;

    private OwnSide(Session session, int size) {
        this.session = session;
        bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Measures, and ends its ranks. */
    public static void main(String[] arguments) {
        int tasks = Integer.parseInt(arguments[0]);
        int values = Integer.parseInt(arguments[1]);
        try (Session session = Session.builder()
                .worldSize(RANKS)
                .executor("bulk")
                .component("bulk", "rankmq_bench.Bulk", Map.of())
                .allow(BenchRanks.ALLOW)
                .launcher(BenchRanks.python())
                .start()) {
            OwnSide side = new OwnSide(session, Integer.parseInt(arguments[2]) << 20);
            System.out.println("{\"version\": \"RankMQ\"}");
            System.out.println(line("task", WARM_TASKS, tasks, turn -> side.task()));
            System.out.println(line("value", WARM_VALUES, values, side::value));
        }
    }

    private static String line(String work, int warm, int count, IntToLongFunction turn) {
        long[] nanos = IntStream.range(0, warm + count).mapToLong(turn).toArray();
        return "{\"work\": \"" + work + "\", \"nanos\": ["
                + Arrays.stream(nanos, warm, nanos.length)
                        .mapToObj(Long::toString)
                        .collect(Collectors.joining(", "))
                + "]}";
    }

    private long task() {
        long begun = System.nanoTime();
        session.execute("nothing", new Shareable()).orThrow();
        return System.nanoTime() - begun;
    }

    private long value(int turn) {
        bytes.putFloat(0, turn + 2);
        Tensor value =
                Tensor.of(DType.FLOAT32, new long[] {bytes.capacity() / Float.BYTES}, Tensor.Order.C, bytes.slice());
        long begun = System.nanoTime();
        @Nullable
        Shareable reply = session.execute("work", new Shareable().put("w", value))
                .orThrow()
                .reply();
        Tensor back = reply.get("w", Tensor.class);
        long sum = Sums.of(back.buffer());
        long took = System.nanoTime() - begun;
        if (sum == 0 || back.floats().get(0) != -(turn + 2)) {
            throw new IllegalStateException("another value came back");
        }
        return took;
    }
}
