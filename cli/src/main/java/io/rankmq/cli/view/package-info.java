// SPDX-License-Identifier: Apache-2.0
/**
 * Showing a run: {@link io.rankmq.cli.view.Announcer} takes the events from any thread and hands them, on one thread, to a
 * {@link io.rankmq.cli.view.RunView}: text with or without a live line, or JSON.
 */
@NullMarked
package io.rankmq.cli.view;

import org.jspecify.annotations.NullMarked;
