// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import io.rankmq.parent.BrokerAccess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Measures the sides in turns (A B C A B C ...), so that whatever else the machine does meets all of them alike. The figures of a
 * side are medians over the turns; a ratio is the median of the ratios within one turn.
 */
public final class RoundTripBench {
    private static final List<Integer> WORLD_SIZES = List.of(1, 4, 16);
    private static final double GOAL_OVER_FLOOR = 1.5;
    private static final double GOAL_GROWTH = 2;

    /** What is compared, in the order in which it takes its turns. */
    private enum Contender {
        FLOOR("bare CURVE loop"),
        OURS("RankMQ"),
        STANDALONE("RankMQ, broker in a process of its own"),
        STAND_IN("original's transport (stand-in)");

        private final String title;

        Contender(String title) {
            this.title = title;
        }

        Side open(int worldSize) throws IOException {
            return switch (this) {
                case FLOOR -> new BareSide(worldSize);
                case OURS -> new RankMqSide(worldSize, BrokerAccess.embedded());
                case STANDALONE -> new StandaloneSide(worldSize);
                case STAND_IN -> new StandInSide(worldSize);
            };
        }
    }

    /** p50 and p99 of each turn, in nanoseconds. */
    private record Turns(List<Double> p50, List<Double> p99) {
        Turns() {
            this(new ArrayList<>(), new ArrayList<>());
        }

        void add(double[] nanos) {
            p50.add(Samples.percentile(nanos, 0.5));
            p99.add(Samples.percentile(nanos, 0.99));
        }

        double ratioTo(Turns other) {
            List<Double> ratios = new ArrayList<>();
            for (int turn = 0; turn < p50.size(); turn++) {
                ratios.add(p50.get(turn) / other.p50.get(turn));
            }
            return Samples.median(ratios);
        }

        double growthFrom(Turns smaller) {
            return Samples.median(p50) / Samples.median(smaller.p50);
        }
    }

    private final int turns;
    private final int perTurn;
    private final Map<Integer, Map<Contender, Turns>> figures = new TreeMap<>();

    private RoundTripBench(int turns, int perTurn) {
        this.turns = turns;
        this.perTurn = perTurn;
    }

    /** Arguments: turns, round trips a turn. */
    public static void main(String[] arguments) throws Exception {
        RoundTripBench bench = new RoundTripBench(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        for (int worldSize : WORLD_SIZES) {
            bench.measure(worldSize);
        }
        System.out.println(bench.report());
    }

    private void measure(int worldSize) throws Exception {
        Map<Contender, Side> sides = new EnumMap<>(Contender.class);
        try {
            for (Contender contender : Contender.values()) {
                System.err.printf("round trip: %d ranks, %s%n", worldSize, contender.title);
                Side side = contender.open(worldSize);
                sides.put(contender, side);
                // As many again as are measured: both ends compile what they run often.
                side.roundTrips(turns * perTurn);
            }
            Map<Contender, Turns> ofSize = figures.computeIfAbsent(worldSize, size -> new EnumMap<>(Contender.class));
            for (int turn = 0; turn < turns; turn++) {
                for (Map.Entry<Contender, Side> side : sides.entrySet()) {
                    ofSize.computeIfAbsent(side.getKey(), contender -> new Turns())
                            .add(side.getValue().roundTrips(perTurn));
                }
            }
        } finally {
            sides.values().forEach(Side::close);
        }
    }

    private String report() {
        Table table = new Table("ranks", "side", "p50", "p99", "p50 beside the bare loop", "beside RankMQ");
        for (int worldSize : WORLD_SIZES) {
            for (Contender contender : Contender.values()) {
                Turns of = turns(worldSize, contender);
                table.row(
                        Integer.toString(worldSize),
                        contender.title,
                        Figures.millis(Samples.median(of.p50())),
                        Figures.millis(Samples.median(of.p99())),
                        Figures.ratio(of.ratioTo(turns(worldSize, Contender.FLOOR))),
                        Figures.ratio(of.ratioTo(turns(worldSize, Contender.OURS))));
            }
        }
        return "### Round trip of an empty task\n\n%d turns of %d round trips a side.\n\n%s\n%s"
                .formatted(turns, perTurn, table, goals());
    }

    private Table goals() {
        double overFloor = turns(4, Contender.OURS).ratioTo(turns(4, Contender.FLOOR));
        double growth = turns(16, Contender.OURS).growthFrom(turns(4, Contender.OURS));
        double growthOfFloor = turns(16, Contender.FLOOR).growthFrom(turns(4, Contender.FLOOR));
        return new Table("goal", "measured", "wanted", "")
                .row(
                        "p50 at 4 ranks beside the bare CURVE loop",
                        Figures.ratio(overFloor),
                        "at most " + Figures.ratio(GOAL_OVER_FLOOR),
                        Figures.verdict(overFloor, GOAL_OVER_FLOOR))
                .row(
                        "p50 at 16 ranks beside 4 ranks (bare loop: " + Figures.ratio(growthOfFloor) + ")",
                        Figures.ratio(growth),
                        "below " + Figures.ratio(GOAL_GROWTH),
                        Figures.verdict(growth, GOAL_GROWTH));
    }

    private Turns turns(int worldSize, Contender contender) {
        return Objects.requireNonNull(
                Objects.requireNonNull(figures.get(worldSize)).get(contender));
    }
}
