// SPDX-License-Identifier: Apache-2.0
/**
 * What events and contexts do, shown by a search for the lowest point of a curve. {@link io.rankmq.examples.events.Searcher} and
 * {@link io.rankmq.examples.events.Diary} run in every rank, {@link io.rankmq.examples.events.Guide} in the parent. Read them beside
 * {@code examples/events/job.yaml}.
 */
@NullMarked
package io.rankmq.examples.events;

import org.jspecify.annotations.NullMarked;
