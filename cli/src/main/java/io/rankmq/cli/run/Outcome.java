// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

/** How a job ended. */
public enum Outcome {
    /** Every round of every task ended. */
    OK,
    /** It could not be started, or a task failed, or its time was up. */
    FAILED,
    /** A signal ended it. */
    ABORTED
}
