// SPDX-License-Identifier: Apache-2.0
/** What a broker in a process of its own costs, how many ranks and sessions it bears, and whether its parents disturb each other. */
@NullMarked
package io.rankmq.bench.broker;

import org.jspecify.annotations.NullMarked;
