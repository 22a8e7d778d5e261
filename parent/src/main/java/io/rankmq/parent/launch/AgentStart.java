// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.BootstrapDocument;
import java.util.List;

/**
 * One agent to start: a rank, or with {@code starts: host} the command for all ranks of a host.
 *
 * @param rank the rank, or {@link GangListener#LAUNCHER}
 * @param host where
 * @param words the command
 * @param settings shell text that sets its variables and its working directory
 * @param bootstrap what it may know; secret
 */
record AgentStart(int rank, HostSlots host, List<String> words, String settings, BootstrapDocument bootstrap) {

    /** For names of files. */
    String name() {
        return rank == GangListener.LAUNCHER ? "launcher-" + host.name() : Integer.toString(rank);
    }

    /** For a sentence. */
    String subject() {
        return rank == GangListener.LAUNCHER ? "the command of host " + host.name() : "rank " + rank;
    }
}
