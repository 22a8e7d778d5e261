// SPDX-License-Identifier: Apache-2.0
/**
 * Running a job: {@link io.rankmq.cli.run.JobRun} starts the session, gives it the tasks round by round, and leaves a
 * {@link io.rankmq.cli.run.Report} behind. It tells what happens as {@link io.rankmq.cli.run.RunEvent}s and shows nothing itself.
 */
@NullMarked
package io.rankmq.cli.run;

import org.jspecify.annotations.NullMarked;
