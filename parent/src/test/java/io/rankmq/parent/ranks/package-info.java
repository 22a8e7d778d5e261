// SPDX-License-Identifier: Apache-2.0
/** Components that the tests have built in real ranks. */
@NullMarked
package io.rankmq.parent.ranks;

import org.jspecify.annotations.NullMarked;
