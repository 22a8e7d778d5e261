// SPDX-License-Identifier: Apache-2.0
/** What tests of the command line share: a launcher that starts nothing, and parent-side components. */
@NullMarked
package io.rankmq.cli.testkit;

import org.jspecify.annotations.NullMarked;
