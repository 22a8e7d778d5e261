// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

/** A session that the broker does not take on; the message is one sentence. */
public final class BrokerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With one sentence. */
    public BrokerException(String message) {
        super(message);
    }
}
