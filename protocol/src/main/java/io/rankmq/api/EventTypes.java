// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

/** Types of the events that RankMQ fires by itself. Users may fire any other type that does not begin with {@code rankmq.}. */
public final class EventTypes {

    /** Fired once in every rank inside INITIALIZE, and in the parent after all ranks are initialised. */
    public static final String START_RUN = "start_run";

    /** Fired in the parent and in every living rank before the session is finalised. */
    public static final String END_RUN = "end_run";

    /** Fired in a rank before its executor runs a task, in the task's context; to the rank's own handlers only, never to the parent. */
    public static final String BEFORE_TASK_EXECUTION = "before_task_execution";

    /**
     * Fired in a rank after its executor has run a task, also after one that failed or was aborted, in the task's context; to the
     * rank's own handlers only, never to the parent.
     */
    public static final String AFTER_TASK_EXECUTION = "after_task_execution";

    private EventTypes() {}
}
