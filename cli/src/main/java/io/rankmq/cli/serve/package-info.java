// SPDX-License-Identifier: Apache-2.0
/** The broker as a process of its own: its file, the folders of admitted keys, its health, and what runs it. */
@NullMarked
package io.rankmq.cli.serve;

import org.jspecify.annotations.NullMarked;
