// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.WireError;
import org.jspecify.annotations.Nullable;

/** What the core wants done, to be carried out in order. */
sealed interface RankAction {

    /** Send over DEALER; {@code seq} is 0 for an unnumbered message. */
    record SendControl(Message message, long seq) implements RankAction {}

    /** Send over PUSH; {@code seq} is 0 for an unnumbered message. */
    record SendEvent(Message message, long seq) implements RankAction {}

    /** Close all three sockets and connect new ones. */
    record RebuildSockets() implements RankAction {}

    /** Build the components; answer with {@link RankCore#initialised}. */
    record StartInitialise(Body body) implements RankAction {}

    /**
     * Run a task; answer with {@link RankCore#taskDone}.
     *
     * @param reply whether shareable and changes are wanted
     */
    record StartTask(String task, String name, boolean reply, Body body) implements RankAction {}

    /**
     * Fire an event locally; answer with {@link RankCore#eventHandled}.
     *
     * @param command number of the command, for the answer
     * @param reply whether changes are wanted
     */
    record StartEvent(long command, String event, boolean reply, Body body) implements RankAction {}

    /** Set the abort signal of the running task. */
    record RaiseAbort(String reason) implements RankAction {}

    /** So many more events may be fired before somebody must wait. */
    record EventRoom(int more) implements RankAction {}

    /** The parent has answered a fired event; {@code ticket} says which. */
    record EventAnswered(long ticket, @Nullable WireError error, Body changes) implements RankAction {}

    /** End this process and its children. Nothing follows. */
    record End(int exitCode, String reason) implements RankAction {}
}
