// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.time.Duration;
import java.util.List;

/** A gang that runs in an allocation, which ends with it. */
final class AllocatedGang implements Gang {
    private final Gang gang;
    private final SlurmAllocation allocation;

    AllocatedGang(Gang gang, SlurmAllocation allocation) {
        this.gang = gang;
        this.allocation = allocation;
    }

    @Override
    public void joined(int rank, String host, long pid) {
        gang.joined(rank, host, pid);
    }

    @Override
    public List<String> lastLines(int rank, int count) {
        return gang.lastLines(rank, count);
    }

    @Override
    public void terminate() {
        gang.terminate();
    }

    @Override
    public void kill() {
        gang.kill();
    }

    @Override
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return gang.awaitEnd(atMost);
    }

    @Override
    public void close() {
        try {
            gang.close();
        } finally {
            allocation.close();
        }
    }
}
