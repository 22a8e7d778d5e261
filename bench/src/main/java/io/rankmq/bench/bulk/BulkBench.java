// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

import io.rankmq.api.Shareable;
import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import io.rankmq.parent.DataSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Measures the sides in turns, values over 256 MB one side after the other; figures are medians over the turns. */
public final class BulkBench {
    private static final int RANKS = 4;
    private static final int MEGABYTE = 1 << 20;
    private static final String OURS = "RankMQ";
    private static final String FLOOR = "floor, pages used again";
    private static final String FRESH = "floor, fresh pages";
    private static final String STAND_IN = "original's transport (stand-in)";
    /** All sides at once need some sixty times the value. */
    private static final int LARGEST_IN_TURNS = 256;

    private static final int WARM_TURNS_APART = 3;
    private static final int TURNS_APART = 5;
    /** Turns before any is counted: code is compiled, and the pages of each side were used once. */
    private static final int WARM_TURNS = 6;
    /** Small tasks before any is counted: the code that large turns hardly run is not compiled yet. */
    private static final int WARM_TASKS = 500;

    private static final int TASKS = 20;
    private static final double GOAL_FLOOR = 2;
    private static final double GOAL_STAND_IN = 0.1;
    private static final double GOAL_MANY = 1.3;
    private static final double GOAL_UNCHANGED_NANOS = 5e6;

    private final int turns;
    private final Table table = new Table("work", "side", "median", "beside RankMQ");
    private final Table goals = new Table("goal", "measured", "wanted", "");
    private final Table memory = new Table("value", "shared memory", "peak of a rank", "peak of the parent");

    private BulkBench(int turns) {
        this.turns = turns;
    }

    /** Arguments: turns, megabytes of each size to measure. */
    public static void main(String[] arguments) throws Exception {
        BulkBench bench = new BulkBench(Integer.parseInt(arguments[0]));
        for (int i = 1; i < arguments.length; i++) {
            int megabytes = Integer.parseInt(arguments[i]);
            if (megabytes <= LARGEST_IN_TURNS) {
                bench.toAll(megabytes);
            } else {
                bench.apart(megabytes);
            }
        }
        bench.manyTensors();
        System.out.println("### Models to four ranks of this host\n\n" + bench.turns + " turns a side; values over "
                + LARGEST_IN_TURNS + " MB " + TURNS_APART + ", one side after the other.\n\n"
                + bench.table + "\n" + bench.goals + "\n" + bench.memory);
    }

    private void toAll(int megabytes) throws Exception {
        int size = megabytes * MEGABYTE;
        Map<String, BulkSide> sides = new LinkedHashMap<>();
        try {
            RankMqBulk ours = new RankMqBulk(RANKS, DataSettings.DEFAULT, size);
            sides.put(OURS, ours);
            sides.put(FLOOR, new PlainBulk(RANKS, size, false));
            sides.put(FRESH, new PlainBulk(RANKS, size, true));
            sides.put(STAND_IN, new StandInBulk(RANKS, size));
            tell(megabytes, inTurns(sides, WARM_TURNS, turns));
            unchanged(ours, megabytes);
            tellMemory(ours, megabytes);
        } finally {
            sides.values().forEach(BulkSide::close);
        }
    }

    private void apart(int megabytes) throws Exception {
        int size = megabytes * MEGABYTE;
        Map<String, Double> medians = new LinkedHashMap<>();
        try (RankMqBulk ours = new RankMqBulk(RANKS, DataSettings.DEFAULT, size)) {
            medians.putAll(alone(OURS, ours));
            unchanged(ours, megabytes);
            tellMemory(ours, megabytes);
        }
        try (BulkSide floor = new PlainBulk(RANKS, size, false)) {
            medians.putAll(alone(FLOOR, floor));
        }
        try (BulkSide fresh = new PlainBulk(RANKS, size, true)) {
            medians.putAll(alone(FRESH, fresh));
        }
        try (BulkSide standIn = new StandInBulk(RANKS, size)) {
            medians.putAll(alone(STAND_IN, standIn));
        }
        tell(megabytes, medians);
    }

    private Map<String, Double> alone(String name, BulkSide side) throws Exception {
        return inTurns(Map.of(name, side), Math.min(turns, WARM_TURNS_APART), Math.min(turns, TURNS_APART));
    }

    private void tell(int megabytes, Map<String, Double> medians) {
        String work = megabytes + " MB to 4 ranks, rank 0 returns as much";
        double own = median(medians, OURS);
        medians.forEach((side, median) -> table.row(work, side, Figures.millis(median), Figures.ratio(median / own)));
        goal(work + ": beside the floor", own / median(medians, FLOOR), GOAL_FLOOR);
        goal(work + ": beside the stand-in", own / median(medians, STAND_IN), GOAL_STAND_IN);
    }

    private void tellMemory(RankMqBulk ours, int megabytes) throws IOException {
        memory.row(
                megabytes + " MB",
                ours.shared() / MEGABYTE + " MB there and back",
                ours.peakOfRanks() / MEGABYTE + " MB",
                RankMqBulk.peak(Path.of("/proc/self/status")) / MEGABYTE + " MB");
    }

    private static Map<String, Double> inTurns(Map<String, BulkSide> sides, int warm, int turns) throws Exception {
        Map<String, List<Double>> nanos = new LinkedHashMap<>();
        for (int turn = -warm; turn < turns; turn++) {
            for (Map.Entry<String, BulkSide> side : sides.entrySet()) {
                double took = side.getValue().turn();
                if (turn >= 0) {
                    nanos.computeIfAbsent(side.getKey(), any -> new ArrayList<>())
                            .add(took);
                }
            }
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        nanos.forEach((side, all) -> medians.put(side, Samples.median(all)));
        return medians;
    }

    private static double median(Map<String, Double> medians, String side) {
        return Objects.requireNonNull(medians.get(side), side);
    }

    /** Ranks that do not look at the bytes: what is left is what RankMQ does, and an empty task tells how much of it is the value's. */
    private void unchanged(RankMqBulk ours, int megabytes) {
        Shareable value = ours.next();
        tasks(ours, value, WARM_TASKS);
        List<Double> empty = new ArrayList<>();
        List<Double> same = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            empty.addAll(tasks(ours, new Shareable(), TASKS));
            same.addAll(tasks(ours, value, TASKS));
        }
        double median = Samples.median(same);
        String work = megabytes + " MB again, unchanged";
        table.row(work, OURS, Figures.millis(median), "");
        table.row(work, OURS + ", a task without a value", Figures.millis(Samples.median(empty)), "");
        goals.row(work, Figures.millis(median), "below 5 ms", Figures.verdict(median, GOAL_UNCHANGED_NANOS));
    }

    private static List<Double> tasks(RankMqBulk ours, Shareable value, int count) {
        List<Double> nanos = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long begun = System.nanoTime();
            ours.session().execute("nothing", value).orThrow();
            nanos.add((double) (System.nanoTime() - begun));
        }
        return nanos;
    }

    private void manyTensors() throws Exception {
        Random random = new Random(7);
        int[] sizes = random.doubles(400, Math.log(1024), Math.log(20 << 20))
                .mapToInt(log -> (int) Math.exp(log) & ~7)
                .toArray();
        int whole = 0;
        for (int size : sizes) {
            whole += size;
        }
        Map<String, BulkSide> sides = new LinkedHashMap<>();
        try {
            sides.put("400 tensors", new RankMqBulk(RANKS, DataSettings.DEFAULT, sizes));
            sides.put("one tensor", new RankMqBulk(RANKS, DataSettings.DEFAULT, whole));
            Map<String, Double> medians = inTurns(sides, WARM_TURNS, turns);
            double one = median(medians, "one tensor");
            String work = "a model of 400 tensors, 1 KB to 20 MB, " + whole / MEGABYTE + " MB";
            medians.forEach((side, median) -> table.row(work, OURS + ", " + side, Figures.millis(median), ""));
            goal(work + ": beside one tensor of that size", median(medians, "400 tensors") / one, GOAL_MANY);
        } finally {
            sides.values().forEach(BulkSide::close);
        }
    }

    private void goal(String what, double measured, double wanted) {
        goals.row(what, Figures.ratio(measured), "at most " + Figures.ratio(wanted), Figures.verdict(measured, wanted));
    }
}
