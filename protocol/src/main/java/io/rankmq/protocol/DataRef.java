// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/**
 * A value that travels by the data plane.
 *
 * @param digest what it is known by
 * @param size bytes; more than {@link Limits#INLINE_BYTES}
 */
public record DataRef(Digest digest, long size) {}
