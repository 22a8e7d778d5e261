// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

/** Runs tasks in a rank. One instance lives as long as its rank; its tasks run one after another, on the rank's main thread. */
public interface Executor {

    /**
     * Runs one task.
     *
     * @param taskName name that the parent gave the task
     * @param input the task's data; tensors in it are read-only
     * @param context a context of this task alone; what is changed in it travels back with the reply, if this rank replies
     * @param abort must be looked at regularly; once triggered, return soon
     * @return the reply
     * @throws Exception any failure; it ends the task in all ranks and is reported with this rank's name
     */
    Shareable execute(String taskName, Shareable input, Context context, AbortSignal abort) throws Exception;
}
