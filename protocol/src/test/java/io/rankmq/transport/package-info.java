// SPDX-License-Identifier: Apache-2.0
/** Real sockets with CURVE on the loopback address; docs/jeromq.md names the test of each rule. */
@NullMarked
package io.rankmq.transport;

import org.jspecify.annotations.NullMarked;
