// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * How a task ended.
 *
 * @param id the task's id, unique in the session
 * @param name the task's name
 * @param returnCode OK; TASK_ABORTED if it was cancelled alone; EXECUTION_RESULT_ERROR if it failed anywhere
 * @param reply what the policy made of the replies; with the return code alone if there are none
 * @param replies reply of each replier, by rank
 * @param repliedBy ranks whose reply arrived, ascending
 * @param took time from the call to the last answer
 * @param failure why it failed, or null
 */
public record TaskResult(
        String id,
        String name,
        ReturnCode returnCode,
        Shareable reply,
        SortedMap<Integer, Shareable> replies,
        List<Integer> repliedBy,
        Duration took,
        @Nullable RankFailure failure) {

    /**
     * This result, if the task did not fail.
     *
     * @throws RankFailedException if it failed
     */
    public TaskResult orThrow() {
        if (failure != null) {
            throw new RankFailedException(failure);
        }
        return this;
    }
}
