// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

import io.rankmq.bench.broker.BrokerChild;
import java.io.IOException;
import java.time.Duration;

/** RankMQ with a broker in a process of its own. */
final class StandaloneSide implements Side {
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final BrokerChild broker;
    private final RankMqSide session;

    StandaloneSide(int worldSize) throws IOException {
        broker = new BrokerChild(LEASE);
        session = new RankMqSide(worldSize, broker.access());
    }

    @Override
    public double[] roundTrips(int count) {
        return session.roundTrips(count);
    }

    @Override
    public void close() {
        session.close();
        broker.close();
    }
}
