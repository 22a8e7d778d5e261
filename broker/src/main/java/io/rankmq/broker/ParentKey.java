// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.transport.Fingerprint;
import io.rankmq.transport.KeyRegistry;

/**
 * A parent that the operator admits.
 *
 * @param name for people: the name of its key's file
 * @param publicKey its public key (Z85)
 * @param operator whether it may see the sessions of all parents
 */
public record ParentKey(String name, String publicKey, boolean operator) {

    /** Shared, because a parent may run several jobs at a time with one key. */
    String identity() {
        return KeyRegistry.SHARED + "parent/" + Fingerprint.of(publicKey);
    }
}
