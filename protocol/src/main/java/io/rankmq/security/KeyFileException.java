// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

/** A key file or bootstrap document that cannot be used; the message is one sentence for the user, without any secret. */
public final class KeyFileException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** The sentence says what is wrong, where, and what to do. */
    public KeyFileException(String message) {
        super(message);
    }
}
