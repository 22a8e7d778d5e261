// SPDX-License-Identifier: Apache-2.0
/** Tests of a rank: its core with a clock of their own, its parts, and {@link io.rankmq.worker.WorkerContract} with real processes. */
@NullMarked
package io.rankmq.worker;

import org.jspecify.annotations.NullMarked;
