// SPDX-License-Identifier: Apache-2.0
/** What keys and key files admit, and that no secret shows. */
@NullMarked
package io.rankmq.security;

import org.jspecify.annotations.NullMarked;
