// SPDX-License-Identifier: Apache-2.0
/** RankMQ's side of {@code bench/compare}; the others are Python programs in bench/peers. */
@NullMarked
package io.rankmq.bench.compare;

import org.jspecify.annotations.NullMarked;
