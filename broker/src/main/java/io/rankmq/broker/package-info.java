// SPDX-License-Identifier: Apache-2.0
/**
 * The broker between a parent and its ranks: {@link io.rankmq.broker.BrokerCore} decides who may talk to whom,
 * {@link io.rankmq.broker.EmbeddedBroker} hosts it in the parent's own loop, and a parent sees a {@link io.rankmq.broker.SessionPort}
 * whichever way it is hosted.
 */
@NullMarked
package io.rankmq.broker;

import org.jspecify.annotations.NullMarked;
