// SPDX-License-Identifier: Apache-2.0
/** Rules of this module's packages. */
@NullMarked
package io.rankmq.architecture;

import org.jspecify.annotations.NullMarked;
