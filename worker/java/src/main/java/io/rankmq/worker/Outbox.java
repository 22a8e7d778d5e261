// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import java.util.ArrayList;
import java.util.List;

/** Collects the actions that one call of the core leads to. */
final class Outbox {
    private List<RankAction> actions = new ArrayList<>();

    void add(RankAction action) {
        actions.add(action);
    }

    /** Sends an unnumbered message over DEALER. */
    void control(Message message) {
        add(new RankAction.SendControl(message, Envelope.UNNUMBERED));
    }

    List<RankAction> drain() {
        List<RankAction> drained = actions;
        actions = new ArrayList<>();
        return drained;
    }
}
