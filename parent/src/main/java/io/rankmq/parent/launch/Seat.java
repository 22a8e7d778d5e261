// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The place of one rank.
 *
 * @param localRank which of its host's ranks it is, from 0
 * @param localSize how many ranks its host has
 * @param group which of the hosts in use its host is, from 0
 */
record Seat(int rank, HostSlots host, int localRank, int localSize, int group) {

    /** What this rank is to use of its host's devices; null: nobody told. */
    @Nullable
    String devices() {
        return host.devices().isEmpty()
                ? null
                : host.devices().get(localRank % host.devices().size());
    }

    /** The variables by which the rank knows its place, in the manner of torchrun. */
    Map<String, String> variables(String deviceVariable) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("RANK", Integer.toString(rank));
        variables.put("LOCAL_RANK", Integer.toString(localRank));
        variables.putAll(variablesOfHost());
        String own = devices();
        if (own != null) {
            variables.put(deviceVariable, own);
        }
        return variables;
    }

    /** The same for a command that starts all ranks of this host, and gives each its own. */
    Map<String, String> variablesOfHost() {
        return Map.of("LOCAL_WORLD_SIZE", Integer.toString(localSize), "GROUP_RANK", Integer.toString(group));
    }
}
