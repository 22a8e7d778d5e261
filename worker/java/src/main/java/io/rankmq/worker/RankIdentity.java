// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import org.jspecify.annotations.Nullable;

/**
 * Who this rank is.
 *
 * @param session session
 * @param incarnation which start of the gang, from 0
 * @param rank number, from 0
 * @param worldSize number of ranks, as this rank was told
 * @param host name of this machine
 * @param pid number of this process
 * @param runtime what runs it, for a person
 * @param resolvesReferences whether large values may come by reference
 * @param store token of its shared memory, if it has any
 */
record RankIdentity(
        String session,
        int incarnation,
        int rank,
        int worldSize,
        String host,
        long pid,
        String runtime,
        boolean resolvesReferences,
        @Nullable String store) {
    static final String LANGUAGE = "java";

    /** Without a data plane. */
    RankIdentity(String session, int incarnation, int rank, int worldSize, String host, long pid, String runtime) {
        this(session, incarnation, rank, worldSize, host, pid, runtime, false, null);
    }

    /** The same with a data plane. */
    RankIdentity resolving(@Nullable String token) {
        return new RankIdentity(session, incarnation, rank, worldSize, host, pid, runtime, true, token);
    }
}
