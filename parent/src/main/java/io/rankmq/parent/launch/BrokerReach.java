// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.BootstrapDocument;
import java.util.List;

/** Whether ranks on other hosts can reach the broker at all. */
final class BrokerReach {
    private static final String LOOPBACK = "tcp://127.";

    private BrokerReach() {}

    /**
     * Looks at the address before anything is started.
     *
     * @throws LaunchException if only this host can reach it and there are others; one sentence
     */
    static void check(BootstrapDocument bootstrap, List<HostSlots> hosts) throws LaunchException {
        if (!bootstrap.commands().startsWith(LOOPBACK)) {
            return;
        }
        for (HostSlots host : hosts) {
            if (!isThisHost(host.name())) {
                throw new LaunchException("ranks on host " + host.name()
                        + " cannot reach a broker that listens on this host's loopback address only; give this host's address"
                        + " as they see it with --listen ADDRESS, or a broker with --broker");
            }
        }
    }

    private static boolean isThisHost(String name) {
        return name.equals("localhost") || name.startsWith("127.") || HostName.same(name, HostName.current());
    }
}
