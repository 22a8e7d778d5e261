// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

/** Takes what a socket receives. An exception from it is a bug and ends the loop. */
@FunctionalInterface
public interface MessageHandler {

    /** Called by the loop thread with each complete message; must not block. */
    void onMessage(Incoming message);
}
