// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MadeConnectionsTest {

    @Test
    void whatIsStillOpenIsClosedHoweverManyCameAndWent() throws Exception {
        MadeConnections made = new MadeConnections();
        List<SocketChannel> open = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            SocketChannel channel = SocketChannel.open();
            made.add(channel);
            if (i % 10 == 0) {
                open.add(channel);
            } else {
                channel.close();
            }
        }

        assertThat(made.closeRest()).isEqualTo(10);
        assertThat(open).noneMatch(SocketChannel::isOpen);
        assertThat(made.closeRest()).isZero();
    }
}
