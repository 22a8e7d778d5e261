// SPDX-License-Identifier: Apache-2.0
/** Keys, key files and the bootstrap document that carries keys to ranks. Nothing here logs or prints a secret. */
@NullMarked
package io.rankmq.security;

import org.jspecify.annotations.NullMarked;
