// SPDX-License-Identifier: Apache-2.0
/** The two ends of a numbered stream (docs/protocol.md, section 4), without sockets, threads or clocks. */
@NullMarked
package io.rankmq.stream;

import org.jspecify.annotations.NullMarked;
