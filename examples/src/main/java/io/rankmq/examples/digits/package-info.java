// SPDX-License-Identifier: Apache-2.0
/**
 * Four ranks learn to read handwritten digits, each from its own images, and the parent averages what they learned.
 * {@link io.rankmq.examples.digits.DigitsTrainer} runs in the ranks, {@link io.rankmq.examples.digits.DigitsServer} in the parent.
 */
@NullMarked
package io.rankmq.examples.digits;

import org.jspecify.annotations.NullMarked;
