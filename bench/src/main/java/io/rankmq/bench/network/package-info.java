// SPDX-License-Identifier: Apache-2.0
/** Large values to other hosts; {@code bench/network} makes the hosts and drives it. */
@NullMarked
package io.rankmq.bench.network;

import org.jspecify.annotations.NullMarked;
