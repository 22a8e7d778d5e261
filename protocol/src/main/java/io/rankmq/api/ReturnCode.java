// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

/** How a task ended; travels in the header {@link Shareable#RETURN_CODE} of its reply. */
public enum ReturnCode {
    /** The task ended as asked. */
    OK,
    /** The executor of the rank threw. */
    EXECUTION_EXCEPTION,
    /** What the caller of a task gets when it failed in any rank, or a rank was lost. */
    EXECUTION_RESULT_ERROR,
    /** The task was told to abort before it was done. */
    TASK_ABORTED,
    /** The executor does not know the task's name. */
    TASK_UNKNOWN
}
