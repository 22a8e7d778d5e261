// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

/**
 * Messages of one session.
 *
 * @param control messages from ranks on the control channel
 * @param events messages from ranks on the event channel
 * @param broadcasts messages to all ranks
 * @param unicasts messages to one rank that were sent
 * @param unsent messages to one rank or to all that could not be sent
 */
public record SessionTraffic(long control, long events, long broadcasts, long unicasts, long unsent) {}
