// SPDX-License-Identifier: Apache-2.0
package io.rankmq.broker;

import io.rankmq.security.CurveKeyPair;
import java.time.Duration;

/**
 * Where a broker in a process of its own is, and who we are to it.
 *
 * @param address its numeric IPv4 address
 * @param linkPort its port for parents; broadcasts go to the next one
 * @param serverKey its public key (Z85)
 * @param keys the parent's key pair, whose public key the broker's operator has admitted
 * @param lease how long the broker may be silent before the session is given up
 */
public record RemoteBrokerConfig(String address, int linkPort, String serverKey, CurveKeyPair keys, Duration lease) {

    /** For sentences. */
    String name() {
        return "the broker at tcp://" + address + ":" + linkPort;
    }
}
