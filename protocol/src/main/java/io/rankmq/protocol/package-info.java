// SPDX-License-Identifier: Apache-2.0
/**
 * The wire protocol of docs/protocol.md: one immutable record a message, the codec between messages and frames, values, limits and
 * error codes. No sockets, threads or clocks.
 */
@NullMarked
package io.rankmq.protocol;

import org.jspecify.annotations.NullMarked;
