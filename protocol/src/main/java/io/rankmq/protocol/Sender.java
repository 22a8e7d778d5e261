// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

/** Who may have sent a message: it decides which kinds are legal. */
public enum Sender {
    /** The parent. */
    PARENT,
    /** A rank. */
    RANK,
    /** A process that has no rank yet and claims one. */
    CLAIMANT
}
