// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

/** A run could not begin; nothing was started. The message is one sentence for a person. */
public final class RunException extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    /** With the exit code that tells of it. */
    public RunException(int exitCode, String sentence) {
        super(sentence);
        this.exitCode = exitCode;
    }

    /** What the command line ends with. */
    public int exitCode() {
        return exitCode;
    }
}
