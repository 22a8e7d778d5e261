// SPDX-License-Identifier: Apache-2.0
/**
 * A rank in a JVM. {@link io.rankmq.worker.RankCore} decides (docs/protocol.md, sections 4 to 7) and knows neither sockets nor
 * threads nor clocks: it takes messages, ticks and what happened in this process, and answers with
 * {@link io.rankmq.worker.RankAction}s. {@link io.rankmq.worker.Rank} carries them out on one loop thread; the user's code runs on the
 * thread for tasks, which runs the loop while it waits for them, and on one event thread. {@link io.rankmq.worker.Main} is where the process starts.
 */
@NullMarked
package io.rankmq.worker;

import org.jspecify.annotations.NullMarked;
