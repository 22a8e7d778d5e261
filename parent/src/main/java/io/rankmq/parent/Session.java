// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.api.Engine;
import io.rankmq.api.Shareable;
import java.util.List;

/**
 * One parent with its gang of ranks, from START_RUN to END_RUN. Safe for use by many threads, except that tasks are executed one at a
 * time.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Session implements Engine, AutoCloseable {

    private Session() {}

    /** Begins the description of a session. */
    public static SessionBuilder builder() {
        return new SessionBuilder();
    }

    static Session start(SessionSpec spec) {
        throw new UnsupportedOperationException(spec.toString());
    }

    /** The session's id, unique. */
    public String id() {
        throw new UnsupportedOperationException();
    }

    /** Executes a task with rank 0 replying; {@link #execute(TaskRequest)} says the rest. */
    public TaskResult execute(String name, Shareable data) {
        return execute(TaskRequest.of(name, data));
    }

    /**
     * Gives a task to all ranks and waits until every rank has ended it, one has failed, it was aborted, or its time is up. A second
     * caller waits for the first. After a failure the gang is ended, and every later task fails at once with the same cause.
     *
     * @param request the task
     * @return how it ended; never throws for what happens in a rank
     */
    public TaskResult execute(TaskRequest request) {
        throw new UnsupportedOperationException(request.name());
    }

    /** Tells the running task, if there is one, to abort; the session lives on and the task's result is TASK_ABORTED. */
    public void cancelTask(String reason) {
        throw new UnsupportedOperationException(reason);
    }

    /** Tells running tasks to abort, and finalises the session within the graces of its limits. */
    public void abort(String reason) {
        throw new UnsupportedOperationException(reason);
    }

    @Override
    public Context newContext() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void fireEvent(String eventType, Context context) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void postEvent(String eventType, Context context) {
        throw new UnsupportedOperationException();
    }

    /** The ranks, by number. */
    public List<RankInfo> ranks() {
        throw new UnsupportedOperationException();
    }

    /** What was counted so far. */
    public SessionStats stats() {
        throw new UnsupportedOperationException();
    }

    /** Fires END_RUN, closes the ranks, and leaves nothing behind; idempotent, bounded in time, never throws. */
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
