// SPDX-License-Identifier: Apache-2.0
/** The user's side of {@link io.rankmq.worker.WorkerContract} in Java; {@code src/test/python} holds the same in Python. */
@NullMarked
package io.rankmq.worker.contract;

import org.jspecify.annotations.NullMarked;
