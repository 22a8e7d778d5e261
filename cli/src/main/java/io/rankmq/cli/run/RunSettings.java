// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.parent.BrokerAccess;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a job is run.
 *
 * @param logDirectory folder that gets a folder of this run
 * @param report where the report goes; null: into the folder of the run
 * @param timeout how long the whole job may take; null: as long as it wants
 * @param broker where the broker is
 */
public record RunSettings(
        Path logDirectory, @Nullable Path report, @Nullable Duration timeout, BrokerAccess broker) {}
