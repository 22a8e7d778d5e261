// SPDX-License-Identifier: Apache-2.0
/** What does it cost to turn messages into frames and back? One class a question, each with its baseline; {@code bench/codec} runs them. */
@NullMarked
package io.rankmq.bench.codec;

import org.jspecify.annotations.NullMarked;
