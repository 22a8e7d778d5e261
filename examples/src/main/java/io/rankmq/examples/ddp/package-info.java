// SPDX-License-Identifier: Apache-2.0
/** The parent's part of the PyTorch example; the ranks' part is examples/ddp/ddp.py. */
@NullMarked
package io.rankmq.examples.ddp;

import org.jspecify.annotations.NullMarked;
