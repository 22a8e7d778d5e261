// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.junit.jupiter.api.Test;

/** How a broker's answer is told in words; {@code BrokerProcessTest} asks a real one. */
class StatusCommandTest {
    private final ObjectNode session = new ObjectMapper()
            .createObjectNode()
            .put("session", "s-1")
            .put("incarnation", 2)
            .put("newest_command", 7)
            .put("control", 21)
            .put("events", 90_000)
            .put("control_held_millis", 0)
            .put("events_held_millis", 0);

    @Test
    void aSessionThatKeepsItsRateIsNotSaidToBeHeldBack() {
        assertThat(StatusCommand.describeSession(session))
                .isEqualTo("session s-1 incarnation 2: 7 commands, 21 reports, 90000 events");
    }

    @Test
    void aFloodIsToldByTheTimeItWasHeldBack() {
        session.put("events_held_millis", 1_240);
        session.put("control_held_millis", 60);
        assertThat(StatusCommand.describeSession(session))
                .endsWith("21 reports held back for 0.1 s, 90000 events held back for 1.2 s");
    }
}
