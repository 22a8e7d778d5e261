// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/**
 * A message as it was received.
 *
 * @param envelope the fields that all messages have
 * @param message the rest; its body is not decoded yet
 */
public record Decoded(Envelope envelope, Message message) {}
