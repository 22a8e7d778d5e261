// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * One complete message as it was received.
 *
 * @param peer the sender's identity as the authenticator gave it to the sender's key; empty on sockets that connect, where there is one
 *     peer only, the broker
 * @param frames the payload, without routing frame; the receiver owns the bytes
 */
public record Incoming(String peer, List<ByteBuffer> frames) {}
