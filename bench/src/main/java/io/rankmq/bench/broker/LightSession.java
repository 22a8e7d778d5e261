// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.broker;

import io.rankmq.api.Shareable;
import io.rankmq.bench.report.BenchRanks;
import io.rankmq.parent.BrokerAccess;
import io.rankmq.parent.Session;
import io.rankmq.parent.SessionLimits;
import java.time.Duration;
import java.util.Map;

/** A session of light ranks, which round trips are measured of. */
final class LightSession implements AutoCloseable {
    /** So long that no rank is lost because the machine is overloaded, which is what is measured. */
    static final Duration LEASE = Duration.ofMinutes(5);

    final LightRanks ranks = new LightRanks();
    private final Session session;

    LightSession(int worldSize, BrokerAccess broker) {
        session = Session.builder()
                .worldSize(worldSize)
                .executor("nothing")
                .component("nothing", "io.rankmq.bench.roundtrip.Nothing", Map.of())
                .allow(BenchRanks.ALLOW)
                .limits(SessionLimits.DEFAULT.withLease(LEASE).withCloseGrace(Duration.ofSeconds(2)))
                .broker(broker)
                .launcher(ranks)
                .start();
    }

    /** The time of one round trip, in nanoseconds. */
    double roundTrip() {
        Shareable empty = new Shareable();
        long begun = System.nanoTime();
        session.execute("nothing", empty).orThrow();
        return System.nanoTime() - begun;
    }

    double[] roundTrips(int count) {
        double[] nanos = new double[count];
        for (int i = 0; i < count; i++) {
            nanos[i] = roundTrip();
        }
        return nanos;
    }

    @Override
    public void close() {
        session.close();
    }
}
