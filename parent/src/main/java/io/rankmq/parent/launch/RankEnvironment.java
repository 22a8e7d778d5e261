// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The variables by which a rank knows its place, in the manner of torchrun; over those that this process has.
 *
 * @param session session
 * @param worldSize number of ranks, all on this host
 * @param masterAddress where rank 0 may listen for what the user's code wants to exchange
 * @param masterPort a port that was free a moment ago
 */
record RankEnvironment(String session, int worldSize, String masterAddress, int masterPort) {
    /** We may be a rank ourselves; its place must not become our ranks'. */
    private static final List<String> NOT_INHERITED =
            List.of("RANK", "LOCAL_RANK", "GROUP_RANK", RankCommand.BOOTSTRAP_VARIABLE);

    /** What all ranks have; a rank gets its own place over it. */
    Map<String, String> ofAll() {
        Map<String, String> variables = new HashMap<>(System.getenv());
        variables.keySet().removeAll(NOT_INHERITED);
        variables.put("WORLD_SIZE", Integer.toString(worldSize));
        variables.put("LOCAL_WORLD_SIZE", Integer.toString(worldSize));
        variables.put("MASTER_ADDR", masterAddress);
        variables.put("MASTER_PORT", Integer.toString(masterPort));
        variables.put(RankCommand.SESSION_VARIABLE, session);
        return variables;
    }
}
