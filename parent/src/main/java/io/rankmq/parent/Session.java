// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.EventTypes;
import io.rankmq.api.Shareable;
import java.util.List;

/**
 * One parent with its gang of ranks, from START_RUN to END_RUN. Safe for use by many threads; tasks are executed one at a time.
 *
 * <p>Handlers of the parent are called in the thread that fires an event here, and in threads of the session for events of ranks: one at a
 * time for one rank, side by side for different ranks.
 */
public final class Session implements Engine, AutoCloseable {
    private final SessionSpec spec;
    private final SessionRuntime runtime;
    private final Handlers handlers;
    private final EventRelay relay;
    private final TaskRunner tasks;

    private Session(SessionSpec spec) {
        this.spec = spec;
        handlers = new Handlers(spec.handlers());
        runtime = new SessionRuntime(spec, this, handlers);
        relay = new EventRelay(runtime, spec.limits());
        tasks = new TaskRunner(runtime, spec);
    }

    /** Begins the description of a session. */
    public static SessionBuilder builder() {
        return new SessionBuilder();
    }

    static Session start(SessionSpec spec) {
        Session session = new Session(spec);
        session.runtime.start();
        session.fireEvent(EventTypes.START_RUN, session.newContext());
        return session;
    }

    /** The session's id, unique. */
    public String id() {
        return runtime.id();
    }

    /** Number of ranks. */
    public int worldSize() {
        return spec.worldSize();
    }

    /** Executes a task with rank 0 replying; {@link #execute(TaskRequest)} says the rest. */
    public TaskResult execute(String name, Shareable data) {
        return execute(TaskRequest.of(name, data));
    }

    /**
     * Gives a task to all ranks and waits until every rank has ended it, one has failed, it was aborted, or its time is up. A second
     * caller waits for the first. When the gang is lost and the session may restart it ({@link SessionBuilder#maxRestarts}), the task is run
     * again from its input by the next gang, and its time begins anew. After any other failure the gang is ended, and every later task fails at
     * once with the same cause.
     *
     * @param request the task
     * @return how it ended; never throws for what happens in a rank
     * @throws IllegalArgumentException if a value of the data cannot travel; the message names it
     */
    public TaskResult execute(TaskRequest request) {
        return tasks.execute(request, this);
    }

    /**
     * Tells the running task, if there is one, to abort; the session lives on and the task's result is TASK_ABORTED. A task that has not
     * ended after the abort grace fails. A task whose gang is being replaced ends at once, and is not run again.
     */
    public void cancelTask(String reason) {
        tasks.cancel(reason);
    }

    /** Tells running tasks to abort, and finalises the session within the graces of its limits; a running execute yields OK. */
    public void abort(String reason) {
        runtime.abort(reason);
    }

    @Override
    public Context newContext() {
        return runtime.sticky().newContext(this);
    }

    @Override
    public void fireEvent(String eventType, Context context) {
        handlers.fire(eventType, context);
        if (!isFromRank(context)) {
            relay.relay(eventType, context, false);
        }
    }

    @Override
    public void postEvent(String eventType, Context context) {
        handlers.fire(eventType, context);
        if (!isFromRank(context)) {
            relay.post(eventType, context);
        }
    }

    /** The ranks of the gang that was started last, by number. */
    public List<RankInfo> ranks() {
        return runtime.ranks();
    }

    /** What was counted so far. */
    public SessionStats stats() {
        return runtime.stats(relay.relayed(), relay.failures() + handlers.failures());
    }

    /** What the data plane has counted so far. */
    public DataStats dataStats() {
        return runtime.dataStats();
    }

    /** Fires END_RUN, closes the ranks, and leaves nothing behind; idempotent, bounded in time, never throws. */
    @Override
    public void close() {
        if (runtime.beginEnd()) {
            Context context = newContext();
            handlers.fire(EventTypes.END_RUN, context);
            relay.relay(EventTypes.END_RUN, context, true);
        }
        runtime.end("the session was closed");
    }

    private static boolean isFromRank(Context context) {
        return ContextKeys.SUB_WORKER_PROCESS.equals(context.get(ContextKeys.EVENT_ORIGIN_SITE));
    }
}
