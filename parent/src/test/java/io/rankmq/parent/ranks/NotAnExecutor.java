// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.ranks;

/** A component, but none that can run tasks. */
public final class NotAnExecutor {}
