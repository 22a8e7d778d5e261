// SPDX-License-Identifier: Apache-2.0
/** How long does a task take that does nothing? RankMQ beside a bare CURVE loop and a stand-in of the original's transport. */
@NullMarked
package io.rankmq.bench.roundtrip;

import org.jspecify.annotations.NullMarked;
