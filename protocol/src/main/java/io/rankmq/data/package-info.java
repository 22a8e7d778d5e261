// SPDX-License-Identifier: Apache-2.0
/**
 * The data plane (docs/data-plane.md): digests of values, the store of a host in shared memory, and the core that fetches values in chunks.
 * Used by parent and ranks alike.
 */
@NullMarked
package io.rankmq.data;

import org.jspecify.annotations.NullMarked;
