// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.BootstrapDocument;
import java.util.List;
import java.util.Map;

/**
 * A process to start.
 *
 * @param rank the rank, or {@link GangListener#LAUNCHER} for a command that starts all
 * @param words program, as a full path, and arguments
 * @param environment all variables but the place of the bootstrap document
 * @param bootstrap what it may know; secret
 */
record RankStart(int rank, List<String> words, Map<String, String> environment, BootstrapDocument bootstrap) {

    /** For names of files. */
    String name() {
        return rank == GangListener.LAUNCHER ? "launcher" : Integer.toString(rank);
    }

    /** For sentences. */
    String subject() {
        return rank == GangListener.LAUNCHER ? "the launcher's command" : "rank " + rank;
    }
}
