// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.python;

/** There is no Python for the ranks, and none could be made. The message is one sentence for a person. */
public final class PythonException extends Exception {
    private static final long serialVersionUID = 1;

    PythonException(String sentence) {
        super(sentence);
    }
}
