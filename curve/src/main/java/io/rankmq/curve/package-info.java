// SPDX-License-Identifier: Apache-2.0
/**
 * The cryptography of CURVE for JeroMQ: the NaCl functions that it calls by the names of jnacl's classes, computed by libsodium where it can
 * be loaded and by jnacl where not. {@link io.rankmq.curve.Curve} tells which.
 */
@NullMarked
package io.rankmq.curve;

import org.jspecify.annotations.NullMarked;
