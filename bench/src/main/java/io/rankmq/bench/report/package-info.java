// SPDX-License-Identifier: Apache-2.0
/** What all benchmarks share: samples, tables, the machine, and processes that do not outlive the run. */
@NullMarked
package io.rankmq.bench.report;

import org.jspecify.annotations.NullMarked;
