// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.bulk;

import io.rankmq.bench.report.BenchRanks;
import io.rankmq.bench.report.Child;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The original's transport as bench/standin does it; nobody reads the bytes. */
final class StandInBulk implements BulkSide {
    private final Child parent;
    private final int size;

    StandInBulk(int ranks, int size) throws IOException {
        this.size = size;
        Path program = BenchRanks.folder().resolve("standin/parent.py");
        parent = Child.start(List.of("python3", program.toString(), Integer.toString(ranks)));
        parent.hear();
    }

    @Override
    public double turn() throws IOException {
        parent.tell("1 " + size);
        return Double.parseDouble(parent.hear());
    }

    @Override
    public void close() {
        parent.close();
    }
}
