// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where this process is.
 *
 * @param host name of its machine
 * @param address numeric address of its machine, as the broker's network sees it
 * @param port one that was free there a moment ago
 * @param slot place that it would like among the ranks of its host; null: any
 */
record Spot(String host, String address, int port, @Nullable Integer slot) {

    /**
     * Finds out where we are.
     *
     * @param control endpoint of the broker
     * @throws NotJoinedException if there is no way to the broker; one sentence
     */
    static Spot find(String host, String control, @Nullable Integer slot) {
        URI broker = URI.create(control);
        // Connecting a datagram socket sends nothing; it asks the kernel for the route.
        try (DatagramSocket route = new DatagramSocket()) {
            route.connect(new InetSocketAddress(InetAddress.getByName(broker.getHost()), broker.getPort()));
            InetAddress own = route.getLocalAddress();
            try (ServerSocket free = new ServerSocket(0, 1, own)) {
                return new Spot(host, own.getHostAddress(), free.getLocalPort(), slot);
            }
        } catch (IOException | RuntimeException unreachable) {
            throw new NotJoinedException(
                    "there is no way from this host to the broker at " + control + ": " + unreachable.getMessage());
        }
    }
}
