// SPDX-License-Identifier: Apache-2.0
/**
 * The command line {@code rankmq}: one class a command, {@link io.rankmq.cli.Main} is the entry. What the commands do lives in the
 * packages below: {@code job} reads job files, {@code run} runs jobs, {@code view} shows them, {@code doctor} looks at the machine.
 */
@NullMarked
package io.rankmq.cli;

import org.jspecify.annotations.NullMarked;
