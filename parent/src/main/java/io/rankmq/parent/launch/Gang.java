// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.time.Duration;
import java.util.List;

/** The processes of one incarnation. Safe for use by many threads. */
public interface Gang extends AutoCloseable {

    /**
     * A rank has joined from this process; so a launcher whose command starts the ranks by itself learns whom to watch and to end.
     * Ignored if the process is not on a host of this launcher.
     */
    void joined(int rank, String host, long pid);

    /**
     * The last lines that the rank wrote, at most {@code count}, oldest first, both outputs in the order in which they came. What has reached this
     * host and was not read yet is waited for, a second at most.
     */
    List<String> lastLines(int rank, int count);

    /** Asks every process to end (TERM), once. */
    void terminate();

    /** Ends every process of every rank, children and daemons included (KILL). */
    void kill();

    /**
     * Waits until no process of the gang is left.
     *
     * @return whether none is left
     * @throws InterruptedException if the calling thread is interrupted
     */
    boolean awaitEnd(Duration atMost) throws InterruptedException;

    /** Kills what is left, removes every file but the logs, ends every thread; idempotent, bounded in time. */
    @Override
    void close();
}
