// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.parent.RankInfo;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What happens while a job runs, in the order in which it happens. */
public sealed interface RunEvent {

    /** Something that a person should know; a sentence. */
    record Note(String sentence) implements RunEvent {}

    /** Something takes a while before the session can start; a sentence that says what. */
    record Preparing(String sentence) implements RunEvent {}

    /**
     * The session begins to start.
     *
     * @param session its id
     * @param job the job's name
     * @param worldSize number of ranks
     * @param rounds rounds of all tasks
     * @param folder the run's folder
     */
    record SessionBegun(String session, String job, int worldSize, int rounds, Path folder) implements RunEvent {}

    /** A rank's state, place or exit changed. */
    record RankChanged(RankInfo rank) implements RunEvent {}

    /** A round begins. */
    record RoundBegun(String task, int round, int rounds) implements RunEvent {}

    /** A round ended, well or not. */
    record RoundEnded(Report.TaskEntry round) implements RunEvent {}

    /**
     * Large values of a round are on their way and take longer than a second. Told again while they move.
     *
     * @param direction where they go
     * @param bytes how many so far, those written into shared memory included
     * @param millis since when
     * @param isOver whether that is all
     */
    record Transfer(Direction direction, long bytes, long millis, boolean isOver) implements RunEvent {
        /** Where values go. */
        public enum Direction {
            /** From the parent. */
            TO_RANKS,
            /** To the parent. */
            FROM_RANKS
        }

        /** The mean rate. */
        public long bytesPerSecond() {
            return bytes * 1000 / millis;
        }
    }

    /**
     * A line was written.
     *
     * @param rank the rank that wrote it; null: the parent's own process, or the launcher's command
     * @param host the rank's host
     * @param isError whether it went to standard error
     * @param text the line without its end
     */
    record Output(@Nullable Integer rank, String host, boolean isError, String text) implements RunEvent {}

    /**
     * The gang was lost and is started again.
     *
     * @param attempt the attempt that is over, from 0
     * @param restart which restart this is, from 1
     * @param maxRestarts how many the job may have
     * @param error why the gang was lost
     */
    record Restarted(int attempt, int restart, int maxRestarts, Report.ErrorEntry error) implements RunEvent {}

    /** The job failed. */
    record Failed(Report.ErrorEntry error) implements RunEvent {}

    /**
     * The job is over and everything it started is gone.
     *
     * @param report what is in the report
     * @param folder the run's folder
     * @param reportFile where the report is; null: it could not be written
     */
    record Finished(Report report, Path folder, @Nullable Path reportFile) implements RunEvent {}
}
