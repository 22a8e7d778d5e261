// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.broker;

import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import io.rankmq.parent.BrokerAccess;
import java.util.ArrayList;
import java.util.List;

/** Round trips to more and more light ranks, through a broker in the parent and through one in a process of its own, in turns. */
public final class FanOutBench {
    private static final List<Integer> WORLD_SIZES = List.of(1, 4, 16, 64, 256);
    private static final int ROUND_TRIPS = 30;

    private FanOutBench() {}

    /** Argument: turns. */
    public static void main(String[] arguments) throws Exception {
        int turns = Integer.parseInt(arguments[0]);
        Table table = new Table(
                "light ranks", "embedded p50", "standalone p50", "p99", "standalone beside embedded", "p50 a rank");
        try (BrokerChild broker = new BrokerChild(LightSession.LEASE)) {
            for (int worldSize : WORLD_SIZES) {
                System.err.printf("fan-out: %d ranks%n", worldSize);
                measure(worldSize, turns, broker, table);
            }
        }
        System.out.printf(
                "### Fan-out: round trip of an empty task to all ranks%n%n%d turns of %d round trips a side.%n%n%s%n",
                turns, ROUND_TRIPS, table);
    }

    private static void measure(int worldSize, int turns, BrokerChild broker, Table table) {
        List<Double> embedded = new ArrayList<>();
        List<Double> standalone = new ArrayList<>();
        List<Double> slow = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        try (LightSession near = new LightSession(worldSize, BrokerAccess.embedded());
                LightSession far = new LightSession(worldSize, broker.access())) {
            near.roundTrips(turns * ROUND_TRIPS);
            far.roundTrips(turns * ROUND_TRIPS);
            for (int turn = 0; turn < turns; turn++) {
                embedded.add(Samples.percentile(near.roundTrips(ROUND_TRIPS), 0.5));
                double[] nanos = far.roundTrips(ROUND_TRIPS);
                standalone.add(Samples.percentile(nanos, 0.5));
                slow.add(Samples.percentile(nanos, 0.99));
                ratios.add(standalone.get(turn) / embedded.get(turn));
            }
        }
        table.row(
                Integer.toString(worldSize),
                Figures.millis(Samples.median(embedded)),
                Figures.millis(Samples.median(standalone)),
                Figures.millis(Samples.median(slow)),
                Figures.ratio(Samples.median(ratios)),
                Figures.millis(Samples.median(standalone) / worldSize));
    }
}
