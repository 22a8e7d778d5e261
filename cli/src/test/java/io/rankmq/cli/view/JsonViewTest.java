// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.cli.run.Outcome;
import io.rankmq.cli.run.RunEvent;
import io.rankmq.parent.RankInfo;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonViewTest {

    @Test
    void everyEventIsOneObjectOnOneLine() throws Exception {
        List<JsonNode> lines = show(
                Events.begun(),
                Events.rank(1, RankInfo.State.READY),
                Events.roundBegun(1),
                Events.roundEnded(1),
                Events.output(1, "two\"quotes"),
                new RunEvent.Output(null, "", true, "a log line"),
                Events.restarted(),
                Events.failed(),
                Events.finished(Outcome.FAILED));

        assertThat(lines)
                .extracting(line -> line.path("event").asText())
                .containsExactly("session", "rank", "round", "output", "output", "restart", "failure", "summary");
        assertThat(lines).allMatch(line -> line.path("time").asText().equals("2026-11-22T10:00:00.123Z"));
        assertThat(lines.get(0).path("world_size").asInt()).isEqualTo(2);
        assertThat(lines.get(1).path("state").asText()).isEqualTo("ready");
        assertThat(lines.get(2).path("metrics").path("loss").asDouble()).isEqualTo(0.25);
        assertThat(lines.get(3).path("text").asText()).isEqualTo("two\"quotes");
        assertThat(lines.get(4).path("rank").isNull()).isTrue();
        assertThat(lines.get(4).path("stream").asText()).isEqualTo("stderr");
        assertThat(lines.get(5).path("attempt").asInt(-1)).isZero();
        assertThat(lines.get(5).path("restart").asInt()).isEqualTo(1);
        assertThat(lines.get(5).path("max_restarts").asInt()).isEqualTo(2);
        assertThat(lines.get(5).path("error").path("code").asText()).isEqualTo("RANK_EXITED");
        assertThat(lines.get(6).path("code").asText()).isEqualTo("RANK_EXITED");
        assertThat(lines.get(7).path("outcome").asText()).isEqualTo("FAILED");
        assertThat(lines.get(7).path("report_file").asText()).isEqualTo("/logs/s-1/report.json");
    }

    @Test
    void aTransferTellsItsRate() throws Exception {
        JsonNode line = show(Events.sending(5_000_000, 2_000, true)).get(0);

        assertThat(line.path("event").asText()).isEqualTo("transfer");
        assertThat(line.path("direction").asText()).isEqualTo("to_ranks");
        assertThat(line.path("bytes").asLong()).isEqualTo(5_000_000);
        assertThat(line.path("bytes_per_second").asLong()).isEqualTo(2_500_000);
        assertThat(line.path("over").asBoolean()).isTrue();
    }

    private static List<JsonNode> show(RunEvent... events) throws Exception {
        FakeTerminal out = new FakeTerminal();
        JsonView view = new JsonView(out.stream(), () -> Instant.parse("2026-11-22T10:00:00.123456Z"));
        for (RunEvent event : events) {
            view.show(event);
        }
        List<JsonNode> lines = new ArrayList<>();
        for (String line : String.join("", out.writes()).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }
}
