// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a rank will run, as a launcher plans it before it starts anything.
 *
 * @param rank the rank; null: the command of this line starts all ranks of its host itself
 * @param host its host
 * @param localRank which of its host's ranks it is, from 0
 * @param localWorldSize how many ranks its host has
 * @param groupRank which of the hosts in use its host is, from 0
 * @param devices what the rank is to use of its host's devices; null: whatever it finds
 * @param command program and arguments; without secrets
 */
public record Placement(
        @Nullable Integer rank,
        String host,
        int localRank,
        int localWorldSize,
        int groupRank,
        @Nullable String devices,
        List<String> command) {

    /** Copies the command. */
    public Placement {
        command = List.copyOf(command);
    }
}
