// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;

/**
 * Starts the ranks of a session, somewhere. Implement it to place ranks by other means; it knows nothing of messages, only of
 * processes. Found by name through {@link java.util.ServiceLoader} of {@link LauncherFactory}, or given to the session builder.
 */
public interface Launcher {

    /**
     * Starts all ranks of one incarnation and returns as soon as their processes are under way; joining is the ranks' business. A launcher that waits for
     * others is interrupted when the session is to end, and then gives up with an exception.
     *
     * @param request what to start
     * @param listener told what becomes of the processes, from any thread, from now until {@link Gang#close()} returns
     * @return the processes; owned by the caller, who closes it
     * @throws LaunchException if they cannot be started; what was started already is ended before it is thrown
     */
    Gang launch(LaunchRequest request, GangListener listener) throws LaunchException;

    /**
     * Says before anything is started whether so many ranks can be.
     *
     * @throws IllegalArgumentException if not; one sentence that begins with a setting's key, as in {@code groups[0]: ...}
     */
    default void checkWorldSize(int worldSize) {}

    /**
     * Whether the ranks come by themselves, started by somebody else, and are given their numbers when they come (docs/protocol.md, section 13).
     * The bootstrap document has a join key then, and no rank's keys.
     */
    default boolean ranksClaim() {
        return false;
    }

    /**
     * Whether the ranks are to send what they write through the session (docs/protocol.md, section 14), because this launcher cannot read it. It then
     * gets to logs and listeners as if the launcher had read it, and {@link Gang#lastLines} is not asked.
     */
    default boolean ranksRelayOutput() {
        return false;
    }

    /**
     * Says where ranks would run, and starts nothing.
     *
     * @return a line for each process that would be started, in the order of ranks; empty: this launcher cannot tell before
     * @throws LaunchException if it cannot be found out; one sentence
     */
    default List<Placement> place(int worldSize) throws LaunchException {
        return List.of();
    }
}
