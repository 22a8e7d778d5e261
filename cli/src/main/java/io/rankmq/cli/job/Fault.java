// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import java.util.Comparator;

/**
 * One thing that is wrong with a job.
 *
 * @param origin where
 * @param path the keys and list indexes that lead there, joined by dots, as {@code --set} takes them; empty: the file as a whole
 * @param message what is wrong, and what was expected
 */
record Fault(Origin origin, String path, String message) {

    /** Options first, then from the top of the file to its end. */
    static final Comparator<Fault> ORDER = Comparator.<Fault>comparingInt(fault -> fault.origin.line())
            .thenComparingInt(fault -> fault.origin.column())
            .thenComparing(Fault::path)
            .thenComparing(Fault::message);

    /** One line for a person, without the control characters that a file may smuggle to a terminal. */
    String describe(String file) {
        String line = origin.describe(file) + ": " + (path.isEmpty() ? "" : path + ": ") + message;
        return line.replaceAll("\\p{Cntrl}", "?");
    }
}
