// SPDX-License-Identifier: Apache-2.0
/**
 * The parent's side: {@link io.rankmq.parent.Session} starts the ranks, gives them tasks, exchanges events with them and ends them.
 * Begin there.
 */
@NullMarked
package io.rankmq.parent;

import org.jspecify.annotations.NullMarked;
