// SPDX-License-Identifier: Apache-2.0
/** How many events a second can ranks fire? Waited for and posted, beside bare CURVE sockets. */
@NullMarked
package io.rankmq.bench.events;

import org.jspecify.annotations.NullMarked;
