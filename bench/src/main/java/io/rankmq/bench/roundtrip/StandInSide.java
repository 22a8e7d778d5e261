// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.roundtrip;

import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** The original's transport as bench/standin does it: Python, a connection a rank, pickle, rank 0 alone answers, nothing encrypted. */
final class StandInSide implements Side {
    private final Child parent;

    StandInSide(int worldSize) throws IOException {
        Path program = BenchRanks.folder().resolve("standin/parent.py");
        parent = Child.start(List.of("python3", program.toString(), Integer.toString(worldSize)));
        try {
            String word = parent.hear();
            if (!word.equals("ready")) {
                throw new IOException(program + " said '" + word + "', expected 'ready'");
            }
        } catch (IOException e) {
            parent.close();
            throw e;
        }
    }

    @Override
    public double[] roundTrips(int count) throws IOException {
        parent.tell(Integer.toString(count));
        return Arrays.stream(parent.hear().split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
    }

    @Override
    public void close() {
        parent.close();
    }
}
