// SPDX-License-Identifier: Apache-2.0
/**
 * Builds the user's components from configs, in ranks and in the parent. {@link io.rankmq.component.AllowList} decides what may be
 * built, before any class is loaded; {@link io.rankmq.component.ComponentBuilder} builds it; a component reads its arguments
 * through {@link io.rankmq.component.ComponentArgs}.
 */
@NullMarked
package io.rankmq.component;

import org.jspecify.annotations.NullMarked;
