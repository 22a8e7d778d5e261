// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

import io.rankmq.bench.bare.BareParent;
import java.io.IOException;

/** The floor: JeroMQ with CURVE, PUB to all ranks and an answer of each to ROUTER. */
final class BareSide implements Side {
    private final BareParent parent;

    BareSide(int worldSize) throws IOException {
        parent = new BareParent(worldSize);
    }

    @Override
    public double[] roundTrips(int count) {
        double[] nanos = new double[count];
        for (int i = 0; i < count; i++) {
            nanos[i] = parent.roundTrip();
        }
        return nanos;
    }

    @Override
    public void close() {
        parent.close();
    }
}
