// SPDX-License-Identifier: Apache-2.0
/**
 * The job file: {@link io.rankmq.cli.job.JobLoader} reads it, says everything that is wrong with it at once, and makes a
 * {@link io.rankmq.cli.job.Job} of it. The JSON Schema in docs/job.schema.json is packed beside these classes.
 */
@NullMarked
package io.rankmq.cli.job;

import org.jspecify.annotations.NullMarked;
