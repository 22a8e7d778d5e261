// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Shareable;
import java.util.SortedMap;

/**
 * Makes the data of the next round from the replies of this one: a parent-side component, named by a task's {@code aggregate} in a job
 * file. One instance serves all rounds of all tasks that name it; its calls come one after another, from the thread that runs the job.
 * The context holds {@link ContextKeys#ROUND}, {@link ContextKeys#ROUNDS} and {@link ContextKeys#RUN_DIRECTORY}; what an aggregator
 * puts under {@link ContextKeys#METRICS} is shown in the progress and kept in the report.
 */
public interface Aggregator {

    /**
     * Makes the data of the first round; called once a task, before its first round.
     *
     * @param data the task's {@code data} from the job file
     * @param context context of the task
     * @return data of the first round
     * @throws Exception any failure; it ends the job
     */
    default Shareable begin(Shareable data, Context context) throws Exception {
        return data;
    }

    /**
     * Makes the data of the next round; after the last round, the result is what the task leaves behind.
     *
     * @param round the round that has ended, from 1
     * @param replies reply of each replier, by rank, all of them OK
     * @param context context of the task
     * @return data of the next round
     * @throws Exception any failure; it ends the job
     */
    Shareable aggregate(int round, SortedMap<Integer, Shareable> replies, Context context) throws Exception;
}
