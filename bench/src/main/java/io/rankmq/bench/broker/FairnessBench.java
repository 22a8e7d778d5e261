// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.broker;

import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.DoubleStream;

/**
 * Twenty sessions of four light ranks on one broker. Eighteen of them do a round trip now and then; the ranks of one flood, those of another
 * read nothing. What does that cost the eighteen, beside the same without the two?
 */
public final class FairnessBench {
    private static final int OTHERS = 18;
    private static final int WORLD_SIZE = 4;
    private static final int ROUND_TRIPS = 100;
    private static final int TURNS = 3;
    private static final long PAUSE_NANOS = 50_000_000;
    private static final double GOAL = 3;

    private FairnessBench() {}

    /** No arguments. */
    public static void main(String[] arguments) throws Exception {
        List<LightSession> others = new ArrayList<>();
        try (BrokerChild broker = new BrokerChild(LightSession.LEASE);
                LightSession stalled = new LightSession(WORLD_SIZE, broker.access())) {
            try {
                for (int i = 0; i < OTHERS; i++) {
                    others.add(new LightSession(WORLD_SIZE, broker.access()));
                }
                System.out.println(measure(broker, others, stalled));
            } finally {
                // While there is a broker: else each waits for its last event.
                others.forEach(LightSession::close);
            }
        }
    }

    private static String measure(BrokerChild broker, List<LightSession> others, LightSession stalled)
            throws Exception {
        System.err.println("fairness: undisturbed");
        measure(others);
        double[] undisturbed = new double[0];
        for (int turn = 0; turn < TURNS; turn++) {
            undisturbed = joined(undisturbed, measure(others));
        }
        stalled.ranks.stall();
        double[] oneStalled = new double[0];
        double[] events = new double[0];
        double[] answers = new double[0];
        // In turns, so that a slow moment of the machine meets all of them. Each flood is a session's of its own, which
        // takes what waits with it.
        for (int turn = 1; turn <= TURNS; turn++) {
            System.err.println("fairness: one is stalled, another floods, turn " + turn + " of " + TURNS);
            oneStalled = joined(oneStalled, measure(others));
            events = joined(events, beside(broker, true, others));
            answers = joined(answers, beside(broker, false, others));
        }
        return report(undisturbed, oneStalled, events, answers);
    }

    private static double[] beside(BrokerChild broker, boolean asEvents, List<LightSession> others) throws Exception {
        try (LightSession flooding = new LightSession(WORLD_SIZE, broker.access())) {
            flooding.ranks.flood(asEvents);
            return measure(others);
        }
    }

    private static double[] joined(double[] some, double[] more) {
        return DoubleStream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
    }

    private static double[] measure(List<LightSession> sessions) throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(sessions.size());
        try {
            List<Future<double[]>> running = new ArrayList<>();
            for (LightSession session : sessions) {
                running.add(callers.submit(() -> {
                    double[] nanos = new double[ROUND_TRIPS];
                    for (int i = 0; i < ROUND_TRIPS; i++) {
                        nanos[i] = session.roundTrip();
                        LockSupport.parkNanos(PAUSE_NANOS);
                    }
                    return nanos;
                }));
            }
            double[] all = new double[sessions.size() * ROUND_TRIPS];
            for (int i = 0; i < running.size(); i++) {
                System.arraycopy(running.get(i).get(), 0, all, i * ROUND_TRIPS, ROUND_TRIPS);
            }
            return all;
        } finally {
            callers.shutdownNow();
        }
    }

    private static String report(double[] undisturbed, double[] oneStalled, double[] events, double[] answers) {
        Table table = new Table(
                "18 sessions of 4 ranks, 20 round trips a second each", "p50", "p99", "p99 beside undisturbed");
        row(table, "undisturbed", undisturbed, undisturbed);
        row(table, "another one stalled", oneStalled, undisturbed);
        row(table, "another one stalled, and one flooding with events", events, undisturbed);
        row(table, "another one stalled, and one flooding with answers", answers, undisturbed);
        return "### Twenty sessions on one broker%n%n%s%n%s"
                .formatted(
                        table,
                        goal(
                                goal(
                                        new Table("goal", "measured", "wanted", ""),
                                        "p99 of the others beside events",
                                        events,
                                        undisturbed),
                                "p99 of the others beside answers",
                                answers,
                                undisturbed));
    }

    private static Table goal(Table table, String title, double[] disturbed, double[] undisturbed) {
        double ratio = Samples.percentile(disturbed, 0.99) / Samples.percentile(undisturbed, 0.99);
        return table.row(title, Figures.ratio(ratio), "at most " + Figures.ratio(GOAL), Figures.verdict(ratio, GOAL));
    }

    private static void row(Table table, String title, double[] nanos, double[] beside) {
        table.row(
                title,
                Figures.millis(Samples.percentile(nanos, 0.5)),
                Figures.millis(Samples.percentile(nanos, 0.99)),
                Figures.ratio(Samples.percentile(nanos, 0.99) / Samples.percentile(beside, 0.99)));
    }
}
