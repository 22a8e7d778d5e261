// SPDX-License-Identifier: Apache-2.0
/** The broker's decisions without sockets, and the embedded broker with real ones. */
@NullMarked
package io.rankmq.broker;

import org.jspecify.annotations.NullMarked;
