// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may run when (docs/protocol.md, section 6, Order): INITIALIZE alone; tasks one after another; events one after another, also
 * while a task runs; a task not before the events that stand before it. Loop thread only.
 */
final class CommandSchedule {

    /** A command that runs or waits. */
    record Command(long seq, Message message) {}

    private final Deque<Command> waiting = new ArrayDeque<>();
    private @Nullable Command initialise;
    private @Nullable Command task;
    private @Nullable Command event;

    /** Adds the next command of the stream. */
    void add(long seq, Message message) {
        waiting.addLast(new Command(seq, message));
    }

    /** The commands that may start now; they count as running from now on. */
    List<Command> start() {
        List<Command> started = new ArrayList<>();
        boolean taskAhead = task != null;
        Iterator<Command> all = waiting.iterator();
        while (initialise == null && all.hasNext()) {
            Command next = all.next();
            Kind kind = next.message().kind();
            if (kind == Kind.HANDLE_EVENT) {
                if (event != null) {
                    // Whatever stands behind it, event or task, stands behind an event that has not run.
                    break;
                }
                event = next;
            } else if (kind == Kind.EXECUTE) {
                boolean eventAhead = event != null && event.seq() < next.seq();
                if (taskAhead || eventAhead) {
                    taskAhead = true;
                    continue;
                }
                task = next;
                taskAhead = true;
            } else if (isIdle() && !taskAhead) {
                initialise = next;
            } else {
                break;
            }
            all.remove();
            started.add(next);
        }
        return started;
    }

    void initialised() {
        initialise = null;
    }

    /** The task that ran, or null if none did. */
    Message.@Nullable Execute taskDone() {
        Command done = task;
        task = null;
        return done == null ? null : (Message.Execute) done.message();
    }

    void eventHandled() {
        event = null;
    }

    /** Whether that task runs; null: whether any does. */
    boolean isRunning(@Nullable String name) {
        return task != null
                && (name == null || ((Message.Execute) task.message()).task().equals(name));
    }

    /** Takes tasks that wait out of the queue: the named one, or all. */
    List<Message.Execute> withdraw(@Nullable String name) {
        List<Message.Execute> withdrawn = new ArrayList<>();
        waiting.removeIf(command -> {
            boolean matches = command.message() instanceof Message.Execute execute
                    && (name == null || execute.task().equals(name));
            if (matches) {
                withdrawn.add((Message.Execute) command.message());
            }
            return matches;
        });
        return withdrawn;
    }

    /** Takes what would build components out of the queue. */
    void withdrawInitialise() {
        waiting.removeIf(command -> command.message().kind() == Kind.INITIALIZE);
    }

    /** Whether nothing runs; something may wait. */
    boolean isIdle() {
        return initialise == null && task == null && event == null;
    }
}
