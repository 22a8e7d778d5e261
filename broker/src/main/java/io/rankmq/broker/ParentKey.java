// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

/**
 * A parent that the operator admits.
 *
 * @param name for people: the name of its key's file
 * @param publicKey its public key (Z85)
 * @param operator whether it may see the sessions of all parents
 */
public record ParentKey(String name, String publicKey, boolean operator) {}
