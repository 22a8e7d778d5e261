// SPDX-License-Identifier: Apache-2.0
/** Rules about all modules together. They live here because the command line is the one place that has every module on its class path. */
@NullMarked
package io.rankmq.architecture;

import org.jspecify.annotations.NullMarked;
