// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

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
 */
record RankIdentity(String session, int incarnation, int rank, int worldSize, String host, long pid, String runtime) {
    static final String LANGUAGE = "java";
}
