// SPDX-License-Identifier: Apache-2.0
/** Benchmarks, a package for each question they answer. bench/README.md says how to run and to read them. */
@NullMarked
package io.rankmq.bench;

import org.jspecify.annotations.NullMarked;
