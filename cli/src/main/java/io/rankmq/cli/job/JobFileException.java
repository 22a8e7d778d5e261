// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import java.util.List;
import java.util.stream.Collectors;

/** A job file cannot be used. The message has one line for each fault: file, line, column, key path, and what was expected. */
public final class JobFileException extends Exception {
    private static final long serialVersionUID = 1;

    private final int count;

    JobFileException(String file, List<Fault> faults) {
        super(faults.stream()
                .sorted(Fault.ORDER)
                .map(fault -> fault.describe(file))
                .distinct()
                .collect(Collectors.joining("\n")));
        count = (int) String.valueOf(getMessage()).lines().count();
    }

    JobFileException(String file, String message) {
        this(file, List.of(new Fault(Origin.FILE, "", message)));
    }

    /** How many faults there are. */
    public int count() {
        return count;
    }
}
