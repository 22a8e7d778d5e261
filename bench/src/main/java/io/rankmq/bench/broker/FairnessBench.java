// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.broker;

import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * Twenty sessions of four light ranks on one broker. Eighteen of them do a round trip now and then; the ranks of one flood, those of another
 * read nothing. What does that cost the eighteen, beside the same without the two?
 */
public final class FairnessBench {
    private static final int OTHERS = 18;
    private static final int WORLD_SIZE = 4;
    private static final int ROUND_TRIPS = 150;
    private static final long PAUSE_NANOS = 50_000_000;
    private static final double GOAL = 3;

    private FairnessBench() {}

    /** No arguments. */
    public static void main(String[] arguments) throws Exception {
        List<LightSession> others = new ArrayList<>();
        try (BrokerChild broker = new BrokerChild(LightSession.LEASE);
                LightSession flooding = new LightSession(WORLD_SIZE, broker.access());
                LightSession stalled = new LightSession(WORLD_SIZE, broker.access())) {
            try {
                for (int i = 0; i < OTHERS; i++) {
                    others.add(new LightSession(WORLD_SIZE, broker.access()));
                }
                System.out.println(measure(others, stalled, flooding));
            } finally {
                // While there is a broker: else each waits for its last event.
                others.forEach(LightSession::close);
            }
        }
    }

    private static String measure(List<LightSession> others, LightSession stalled, LightSession flooding)
            throws Exception {
        System.err.println("fairness: undisturbed");
        measure(others);
        double[] undisturbed = measure(others);
        stalled.ranks.stall();
        double[] oneStalled = measure(others);
        System.err.println("fairness: one floods, one is stalled");
        flooding.ranks.flood(true);
        double[] events = measure(others);
        flooding.ranks.calmDown();
        System.err.println("fairness: one floods with answers, one is stalled");
        flooding.ranks.flood(false);
        double[] answers = measure(others);
        return report(undisturbed, oneStalled, events, answers);
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
        double ratio = Samples.percentile(events, 0.99) / Samples.percentile(undisturbed, 0.99);
        return "### Twenty sessions on one broker%n%n%s%n%s"
                .formatted(
                        table,
                        new Table("goal", "measured", "wanted", "")
                                .row(
                                        "p99 of the others beside events",
                                        Figures.ratio(ratio),
                                        "at most " + Figures.ratio(GOAL),
                                        Figures.verdict(ratio, GOAL)));
    }

    private static void row(Table table, String title, double[] nanos, double[] beside) {
        table.row(
                title,
                Figures.millis(Samples.percentile(nanos, 0.5)),
                Figures.millis(Samples.percentile(nanos, 0.99)),
                Figures.ratio(Samples.percentile(nanos, 0.99) / Samples.percentile(beside, 0.99)));
    }
}
