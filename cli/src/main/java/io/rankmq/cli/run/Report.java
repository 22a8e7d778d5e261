// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.parent.RankFailure;
import io.rankmq.parent.RankInfo;
import io.rankmq.parent.SessionStats;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run leaves behind, as JSON with the names in snake case; docs/report.md tells the same for readers of the file. What is null is
 * left out.
 *
 * @param rankmq version of RankMQ
 * @param session the session's id
 * @param job the job's name
 * @param outcome how it ended
 * @param worldSize number of ranks
 * @param startedAt when it began, ISO 8601 in UTC
 * @param millis how long it took, from reading the job to the end of the last rank
 * @param tasks every round that ended, in order
 * @param attempts every start of the gang, in order
 * @param ranks every rank of every attempt, by attempt and number
 * @param events events relayed
 * @param counters what else the session counted; all zero in a run without trouble
 * @param files files that the job left in its run folder, relative to it
 * @param error why it failed; null if it did not
 */
public record Report(
        String rankmq,
        String session,
        String job,
        Outcome outcome,
        int worldSize,
        String startedAt,
        long millis,
        List<TaskEntry> tasks,
        List<AttemptEntry> attempts,
        List<RankEntry> ranks,
        Events events,
        Counters counters,
        List<String> files,
        @Nullable ErrorEntry error) {

    /**
     * One round of a task.
     *
     * @param name the task's name
     * @param round its round, from 1
     * @param rounds how many the task has
     * @param id id of this execution, unique in the session
     * @param returnCode how it ended
     * @param millis how long it took
     * @param repliedBy ranks whose reply arrived
     * @param metrics what the aggregator said about it
     */
    public record TaskEntry(
            String name,
            int round,
            int rounds,
            String id,
            String returnCode,
            long millis,
            List<Integer> repliedBy,
            Map<String, Number> metrics) {}

    /**
     * One start of the gang.
     *
     * @param attempt its incarnation, from 0; names its log folder
     * @param outcome how it ended; the last one as the job did
     * @param millis until its loss or the end of the run, from the loss of the one before or the start of the run
     * @param error why it failed; null if it did not
     */
    public record AttemptEntry(
            int attempt,
            Outcome outcome,
            long millis,
            @Nullable ErrorEntry error) {}

    /**
     * One rank as it was last seen.
     *
     * @param rank its number
     * @param state where it was in its life, in small letters
     * @param host its host, if it was started or joined
     * @param pid its process id, if known
     * @param language language of its worker, if it joined
     * @param runtime such as {@code Python 3.11.7}, if it joined
     * @param attempt its incarnation, from 0
     * @param exit how its process ended, in words, if it did
     */
    public record RankEntry(
            int rank,
            String state,
            @Nullable String host,
            @Nullable Long pid,
            @Nullable String language,
            @Nullable String runtime,
            int attempt,
            @Nullable String exit) {

        /** Of what the session knows. */
        public static RankEntry of(RankInfo info) {
            return new RankEntry(
                    info.rank(),
                    info.state().name().toLowerCase(Locale.ROOT),
                    info.host(),
                    info.pid(),
                    info.language(),
                    info.runtime(),
                    info.attempt(),
                    info.exit());
        }
    }

    /** Events relayed: from ranks to the parent, and from the parent to the ranks. */
    public record Events(long up, long down) {}

    /** See {@link SessionStats}, whose names these are. */
    public record Counters(long relayFailures, long repeats, long gaps, long resent, long rejected, long late) {

        static Counters of(SessionStats stats) {
            return new Counters(
                    stats.relayFailures(),
                    stats.repeats(),
                    stats.gaps(),
                    stats.resent(),
                    stats.rejected(),
                    stats.late());
        }
    }

    /**
     * Why a job failed.
     *
     * @param code name of the error code
     * @param message one sentence for a person
     * @param rank the rank at fault, if there is one
     * @param host its host, if known
     * @param pid its process id, if known
     * @param cause the cause alone, if there is more to say than the code does
     * @param trace trace of the exception, if there was one
     * @param lastLines the last lines that the rank wrote
     */
    public record ErrorEntry(
            String code,
            String message,
            @Nullable Integer rank,
            @Nullable String host,
            @Nullable Long pid,
            @Nullable String cause,
            @Nullable String trace,
            List<String> lastLines) {

        /** Of a failure of the session. */
        public static ErrorEntry of(RankFailure failure) {
            return new ErrorEntry(
                    failure.code().name(),
                    failure.message(),
                    failure.rank() == RankFailure.NO_RANK ? null : failure.rank(),
                    failure.host(),
                    failure.pid(),
                    failure.cause(),
                    failure.trace(),
                    failure.lastLines());
        }
    }
}
