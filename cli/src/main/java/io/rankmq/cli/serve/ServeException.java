// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.serve;

/** The broker cannot start; the message is one sentence. */
public final class ServeException extends Exception {
    private static final long serialVersionUID = 1;

    ServeException(String message) {
        super(message);
    }
}
