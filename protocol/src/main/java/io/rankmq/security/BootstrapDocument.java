// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a rank needs to find its session (docs/protocol.md, section 10).
 *
 * @param session session
 * @param incarnation which start of the gang, from 0
 * @param worldSize number of ranks
 * @param commands endpoint of the command port
 * @param control endpoint for DEALER
 * @param events endpoint for PUSH
 * @param serverKey the broker's public key, z85
 * @param allow packages from which components may be built
 * @param ranks key pair of each rank that the reader of this document may be
 */
public record BootstrapDocument(
        String session,
        int incarnation,
        int worldSize,
        String commands,
        String control,
        String events,
        String serverKey,
        List<String> allow,
        SortedMap<Integer, CurveKeyPair> ranks) {

    /** The same with the key of one rank only. */
    public BootstrapDocument forRank(int rank) {
        TreeMap<Integer, CurveKeyPair> own = new TreeMap<>(ranks.subMap(rank, rank + 1));
        return new BootstrapDocument(session, incarnation, worldSize, commands, control, events, serverKey, allow, own);
    }
}
