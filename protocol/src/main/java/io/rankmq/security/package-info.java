// SPDX-License-Identifier: Apache-2.0
/**
 * Keys, the files they live in, and the {@link io.rankmq.security.BootstrapDocument} that carries a session's keys to its ranks. Nothing
 * here ever shows a secret in a log, a message or a {@code toString}.
 */
@NullMarked
package io.rankmq.security;

import org.jspecify.annotations.NullMarked;
