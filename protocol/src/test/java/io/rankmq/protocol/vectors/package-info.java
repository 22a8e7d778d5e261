// SPDX-License-Identifier: Apache-2.0
/**
 * The golden vectors: {@link io.rankmq.protocol.vectors.GenerateVectors} makes them with another msgpack library than the codec's own,
 * and the tests replay what is committed.
 */
@NullMarked
package io.rankmq.protocol.vectors;

import org.jspecify.annotations.NullMarked;
