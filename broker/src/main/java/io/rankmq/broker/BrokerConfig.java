// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.security.CurveKeyPair;

/**
 * Where a broker listens and who it is.
 *
 * @param bindAddress numeric IPv4 address to bind to, or 0.0.0.0
 * @param advertisedAddress numeric IPv4 address under which ranks reach it
 * @param controlPort port for the ranks' DEALER sockets, or 0 for any free one
 * @param keys the broker's key pair
 * @param limits what it takes on
 */
public record BrokerConfig(
        String bindAddress, String advertisedAddress, int controlPort, CurveKeyPair keys, BrokerLimits limits) {

    /** For ranks on this machine: loopback, free ports, a new key pair. */
    public static BrokerConfig loopback() {
        return new BrokerConfig("127.0.0.1", "127.0.0.1", 0, CurveKeyPair.generate(), BrokerLimits.DEFAULT);
    }

    /** For ranks on other machines as well: all addresses of this one, free ports, a new key pair. */
    public static BrokerConfig reachableAt(String advertisedAddress) {
        return new BrokerConfig("0.0.0.0", advertisedAddress, 0, CurveKeyPair.generate(), BrokerLimits.DEFAULT);
    }
}
