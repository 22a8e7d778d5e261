// SPDX-License-Identifier: Apache-2.0
/** How long from the command until four ranks are ready, in Java and in Python? */
@NullMarked
package io.rankmq.bench.startup;

import org.jspecify.annotations.NullMarked;
