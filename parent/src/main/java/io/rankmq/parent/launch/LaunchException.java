// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

/** The ranks could not be started. The message is one sentence for a person: what, where, what was expected, what to do. */
public final class LaunchException extends Exception {
    private static final long serialVersionUID = 1;

    /** With the sentence for a person. */
    public LaunchException(String message) {
        super(message);
    }

    /** With the sentence for a person and what caused it. */
    public LaunchException(String message, Throwable cause) {
        super(message, cause);
    }
}
