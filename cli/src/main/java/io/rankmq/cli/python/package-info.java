// SPDX-License-Identifier: Apache-2.0
/** Python for jobs that name no interpreter: {@link io.rankmq.cli.python.PythonEnvironment} makes a virtual environment in a checkout. */
@NullMarked
package io.rankmq.cli.python;

import org.jspecify.annotations.NullMarked;
