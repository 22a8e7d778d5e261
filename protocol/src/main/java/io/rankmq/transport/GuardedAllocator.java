// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * Gives a frame its bytes, if its announced size is sane. JeroMQ reads the size as a signed number, so a negative one passes its own
 * check; cut to 32 bits it may ask for 2 GiB, or for less than nothing, before the peer is authenticated. Such a frame gets no bytes
 * at all: it reads as an empty message, which no handshake and no CURVE frame may be, so the connection is closed.
 */
final class GuardedAllocator implements MsgAllocator {

    private final long maxFrame;

    GuardedAllocator(long maxFrame) {
        this.maxFrame = maxFrame;
    }

    @Override
    public Msg allocate(int size) {
        return new Msg(size < 0 || size > maxFrame ? 0 : size);
    }
}
