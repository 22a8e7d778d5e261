// SPDX-License-Identifier: Apache-2.0
/**
 * Starting the ranks: the {@link io.rankmq.parent.launch.Launcher} interface that anybody can implement, and the launcher for this
 * host.
 */
@NullMarked
package io.rankmq.parent.launch;

import org.jspecify.annotations.NullMarked;
