// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.events;

import io.rankmq.api.EventHandler;
import io.rankmq.api.Shareable;
import io.rankmq.bench.bare.BareParent;
import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Figures;
import io.rankmq.bench.report.Samples;
import io.rankmq.bench.report.Table;
import io.rankmq.parent.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Events a second of all ranks together, until the parent's handler has had the last. RankMQ and the bare sockets take turns; figures are
 * medians over the turns.
 */
public final class EventsBench {
    private static final int[] WORLD_SIZES = {1, 4};
    private static final int POSTED_FOR_EACH_WAITED = 10;
    private static final long DEADLINE_SECONDS = 120;

    private final int turns;
    private final int waited;
    private final Table table = new Table("ranks", "events", "RankMQ", "bare CURVE", "beside bare");

    /** One way to send events, on one side; the time that so many of each rank take, in nanoseconds. */
    @FunctionalInterface
    private interface Run {
        double nanos(int eventsOfEach) throws Exception;
    }

    private EventsBench(int turns, int waited) {
        this.turns = turns;
        this.waited = waited;
    }

    /** Arguments: turns, events of each rank that are waited for in a turn; ten times as many are posted. */
    public static void main(String[] arguments) throws Exception {
        EventsBench bench = new EventsBench(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1]));
        for (int worldSize : WORLD_SIZES) {
            bench.measure(worldSize);
        }
        System.out.printf(
                "### Events from the ranks to the parent%n%n%d turns of %d events waited for, %d posted, by each rank.%n%n%s",
                bench.turns, bench.waited, bench.waited * POSTED_FOR_EACH_WAITED, bench.table);
    }

    private void measure(int worldSize) throws Exception {
        System.err.printf("events: %d ranks%n", worldSize);
        Semaphore handled = new Semaphore(0);
        EventHandler counter = (type, context) -> {
            if (type.equals(Firer.EVENT)) {
                handled.release();
            }
        };
        try (BareParent bare = new BareParent(worldSize);
                Session session = Session.builder()
                        .worldSize(worldSize)
                        .executor("firer")
                        .component("firer", Firer.class.getName(), Map.of())
                        .allow(BenchRanks.ALLOW)
                        .handler(counter)
                        .launcher(BenchRanks.java())
                        .start()) {
            compare(
                    worldSize,
                    "waited for",
                    waited,
                    count -> fire(session, handled, Firer.WAIT, count),
                    bare::exchange);
            compare(
                    worldSize,
                    "posted",
                    waited * POSTED_FOR_EACH_WAITED,
                    count -> fire(session, handled, "post", count),
                    bare::post);
        }
    }

    private static double fire(Session session, Semaphore handled, String how, int count) throws InterruptedException {
        long begun = System.nanoTime();
        session.execute(how, new Shareable().put(Firer.COUNT, (long) count)).orThrow();
        if (!handled.tryAcquire(count * session.worldSize(), DEADLINE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    handled.availablePermits() + " of " + count * session.worldSize() + " events were handled");
        }
        return System.nanoTime() - begun;
    }

    private void compare(int worldSize, String how, int count, Run ours, Run bare) throws Exception {
        ours.nanos(count);
        bare.nanos(count);
        List<Double> ourRates = new ArrayList<>();
        List<Double> bareRates = new ArrayList<>();
        List<Double> ratios = new ArrayList<>();
        for (int turn = 0; turn < turns; turn++) {
            double our = rate(worldSize, count, ours.nanos(count));
            double floor = rate(worldSize, count, bare.nanos(count));
            ourRates.add(our);
            bareRates.add(floor);
            ratios.add(our / floor);
        }
        table.row(
                Integer.toString(worldSize),
                how,
                Figures.rate(Samples.median(ourRates)),
                Figures.rate(Samples.median(bareRates)),
                Figures.ratio(Samples.median(ratios)));
    }

    private static double rate(int worldSize, int count, double nanos) {
        return worldSize * count / nanos * 1e9;
    }
}
