// SPDX-License-Identifier: Apache-2.0
/**
 * What users of RankMQ write against, on both sides: executors, event handlers, and the data that travels between them. Nothing here
 * knows sockets, threads or the wire.
 */
@NullMarked
package io.rankmq.api;

import org.jspecify.annotations.NullMarked;
