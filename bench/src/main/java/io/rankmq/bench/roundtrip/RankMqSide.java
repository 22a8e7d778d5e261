// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

import io.rankmq.api.Shareable;
import io.rankmq.bench.report.BenchRanks;
import io.rankmq.parent.BrokerAccess;
import io.rankmq.parent.Session;
import java.util.Map;

/** RankMQ as users have it: a session with local Java ranks; a task is over when every rank has ended it. */
final class RankMqSide implements Side {
    private final Session session;

    RankMqSide(int worldSize, BrokerAccess broker) {
        session = Session.builder()
                .worldSize(worldSize)
                .executor("nothing")
                .component("nothing", Nothing.class.getName(), Map.of())
                .allow(BenchRanks.ALLOW)
                .launcher(BenchRanks.java())
                .broker(broker)
                .start();
    }

    @Override
    public double[] roundTrips(int count) {
        double[] nanos = new double[count];
        for (int i = 0; i < count; i++) {
            Shareable empty = new Shareable();
            long begun = System.nanoTime();
            session.execute("nothing", empty).orThrow();
            nanos[i] = System.nanoTime() - begun;
        }
        return nanos;
    }

    @Override
    public void close() {
        session.close();
    }
}
