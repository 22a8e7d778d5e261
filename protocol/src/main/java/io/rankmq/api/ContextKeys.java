// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

/** Names of the context properties that RankMQ sets. */
public final class ContextKeys {

    /** The rank's number, from 0; sticky and private, in every context of a rank. */
    public static final String RANK_NUMBER = "rank_number";

    /** The world size; sticky and private, in every context of a rank. */
    public static final String NUM_OF_PROCESSES = "num_of_processes";

    /** In the parent: the rank that fired the event at hand; private. */
    public static final String FROM_RANK_NUMBER = "from_rank_number";

    /** Where the event at hand was fired; private. One of the two values below; absent for an event fired where it is handled. */
    public static final String EVENT_ORIGIN_SITE = "event_origin_site";

    /** Value of {@link #EVENT_ORIGIN_SITE} in the parent for an event that came from a rank. */
    public static final String SUB_WORKER_PROCESS = "sub_worker_process";

    /** Value of {@link #EVENT_ORIGIN_SITE} in a rank for an event that came from the parent. */
    public static final String MULTI_PROCESS_EXECUTOR = "multi_process_executor";

    /**
     * In the parent: numbers that describe the progress of a job, such as loss and accuracy: a map from name to number, set by whoever
     * knows them, typically an aggregator. The job runner shows them and keeps them in the report. Private.
     */
    public static final String METRICS = "metrics";

    /** In the parent: absolute path of the folder of this run, for files that the job leaves behind, such as a model; private. */
    public static final String RUN_DIRECTORY = "run_directory";

    /** The round of the task at hand, from 1; set by the job runner. */
    public static final String ROUND = "round";

    /** How many rounds the task at hand has; set by the job runner. */
    public static final String ROUNDS = "rounds";

    private ContextKeys() {}
}
