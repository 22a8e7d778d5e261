// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/** An address or endpoint that does not work; the message is one sentence for the user. */
public final class TransportException extends RuntimeException {

    private static final long serialVersionUID = 1;

    TransportException(String message) {
        super(message);
    }
}
