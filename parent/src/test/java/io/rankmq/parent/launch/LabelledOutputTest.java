// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelledOutputTest {
    private static final String TOKEN = "token-1";

    private final RecordingListener told = new RecordingListener();
    private final List<RemoteRank> ranks = List.of(rank(0), rank(1));
    private final LabelledOutput out = new LabelledOutput(ranks, false, new CarefulListener(told));
    private final LabelledOutput err = new LabelledOutput(ranks, true, new CarefulListener(told));

    @Test
    void givesEachTaskItsLines() {
        feed(out, "1: one.\n0: zero: 1: x.\n 0: .\n");
        assertThat(told.out(0)).containsExactly("zero: 1: x", "");
        assertThat(told.out(1)).containsExactly("one");
    }

    @Test
    void joinsWhatTheAgentCutAlsoWithinACharacter() {
        byte[] letter = "ü".getBytes(StandardCharsets.UTF_8);
        feed(out, "0: Gr+\n1: other.\n0: ");
        out.feed(new byte[] {letter[0]}, 1);
        feed(out, "+\n0: ");
        out.feed(new byte[] {letter[1]}, 1);
        feed(out, "n.\n");
        assertThat(told.out(0)).containsExactly("Grün");
        assertThat(told.out(1)).containsExactly("other");
    }

    @Test
    void tellsTheStartAndTheEndOnceBothOutputsAreAtTheirEnds() {
        feed(out, "1: " + TOKEN + " started 77 h1.\n1: no end." + TOKEN + " exit 3.\n");
        assertThat(told.pids()).containsEntry(1, 77L);
        assertThat(told.exits()).isEmpty();
        feed(err, "1: " + TOKEN + " exit 3.\n");
        assertThat(told.exits()).containsExactly(new GangListener.Exit(1, "h1", 77, 3, null));
        assertThat(told.out(1)).containsExactly("no end");
    }

    @Test
    void takesLinesWithoutALabelForSrunsOwn() {
        feed(err, "srun: error: h1: task 0: Killed\n7: no such task.\n");
        assertThat(told.err(GangListener.LAUNCHER))
                .containsExactly("srun: error: h1: task 0: Killed", "7: no such task.");
    }

    private RemoteRank rank(int rank) {
        LaunchRequest request = Trial.request(2, null);
        AgentStart start = new AgentStart(
                rank,
                new HostSlots("h1", 2, List.of()),
                List.of("true"),
                "",
                request.bootstrap().forRank(rank));
        return new RemoteRank(start, TOKEN, new CarefulListener(told), request);
    }

    private static void feed(LabelledOutput output, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        output.feed(bytes, bytes.length);
    }
}
