// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import org.jspecify.annotations.Nullable;

/**
 * Where a key or a value of a job came from.
 *
 * @param line line in the job file, from 1
 * @param column column in the job file, from 1
 * @param option the option of the command line that gave it, as it was typed; null: it is in the file
 */
record Origin(int line, int column, @Nullable String option) {

    /** The file as a whole. */
    static final Origin FILE = new Origin(0, 0, null);

    static Origin at(int line, int column) {
        return new Origin(line, column, null);
    }

    static Origin ofOption(String option) {
        return new Origin(0, 0, option);
    }

    /** For the beginning of a sentence: {@code job.yaml:3:5}, or the option. */
    String describe(String file) {
        if (option != null) {
            return option;
        }
        return line == 0 ? file : file + ":" + line + ":" + column;
    }
}
