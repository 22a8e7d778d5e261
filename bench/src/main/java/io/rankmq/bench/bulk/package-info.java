// SPDX-License-Identifier: Apache-2.0
/** How fast do models travel? */
@NullMarked
package io.rankmq.bench.bulk;

import org.jspecify.annotations.NullMarked;
