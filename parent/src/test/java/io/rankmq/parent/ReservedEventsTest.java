// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.Context;
import io.rankmq.parent.launch.GangListener;
import io.rankmq.parent.launch.RelayedOutput;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.OutputEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that are RankMQ's own, and what of them is refused. */
class ReservedEventsTest implements GangListener {
    private final List<String> lines = new ArrayList<>();
    private final List<String> refused = new ArrayList<>();
    private final List<String> ofUsers = new ArrayList<>();
    private final RelayedOutput output = new RelayedOutput(null, this);
    private final ReservedEvents events =
            new ReservedEvents(this::user, output, (rank, why) -> refused.add(rank + " " + why));

    private EventLanes.@Nullable Answer user(int rank, Message.Event event) {
        ofUsers.add(event.event());
        return null;
    }

    private static OutputEvent.Piece piece(boolean isError, String text) {
        return new OutputEvent.Piece(isError, text.getBytes(StandardCharsets.UTF_8), 0);
    }

    private static Message.Event event(Object pieces) throws Exception {
        return new Message.Event(
                OutputEvent.NAME, false, Bodies.context(Map.of("pieces", new Context.Property(pieces, true, false))));
    }

    @Test
    void outputBecomesLinesAndNobodyElseHearsOfIt() {
        output.joined(1, "far");
        events.handle(1, OutputEvent.of(List.of(piece(false, "one\ntw"), piece(true, "oops\n"))));
        events.handle(1, OutputEvent.of(List.of(piece(false, "o\nrest"))));
        output.close();
        assertThat(lines).containsExactly("far 1 out one", "far 1 err oops", "far 1 out two", "far 1 out rest");
        assertThat(output.lastLines(1, 2)).containsExactly("two", "rest");
        assertThat(ofUsers).isEmpty();
        assertThat(refused).isEmpty();
    }

    @Test
    void whatIsMissingIsSaidWhereItIsMissing() {
        events.handle(0, OutputEvent.of(List.of(piece(false, "half"), new OutputEvent.Piece(false, new byte[0], 7))));
        events.handle(0, OutputEvent.of(List.of(piece(false, "whole\n"))));
        assertThat(lines)
                .containsExactly(
                        "unknown 0 out half",
                        "unknown 0 out [7 bytes are missing here: the rank wrote faster than it could send]",
                        "unknown 0 out whole");
    }

    @Test
    void eventsOfUsersGoToThem() {
        events.handle(
                0, new Message.Event("mine", false, OutputEvent.of(List.of()).body()));
        assertThat(ofUsers).containsExactly("mine");
    }

    @Test
    void whoWasNotAskedIsRefused() {
        ReservedEvents unasked = new ReservedEvents(this::user, null, (rank, why) -> refused.add(rank + " " + why));
        unasked.handle(3, OutputEvent.of(List.of(piece(false, "one\n"))));
        assertThat(refused).containsExactly("3 nobody asked for event rankmq.output");
        assertThat(ofUsers).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"no list", "no pair", "stream", "content", "nothing missing", "too large"})
    void whatHasNotItsFormIsRefused(String fault) throws Exception {
        Object pieces =
                switch (fault) {
                    case "no list" -> "text";
                    case "no pair" -> List.of(List.of(1));
                    case "stream" -> List.of(List.of(3, new byte[1]));
                    case "content" -> List.of(List.of(1, "text"));
                    case "nothing missing" -> List.of(List.of(1, 0));
                    default -> List.of(List.of(1, new byte[OutputEvent.MAX_PIECE + 1]));
                };
        events.handle(2, event(pieces));
        assertThat(refused).hasSize(1);
        assertThat(lines).isEmpty();
    }

    @Override
    public void onStarted(int rank, String host, long pid) {}

    @Override
    public void onOutput(Line line) {
        lines.add(line.host() + " " + line.rank() + (line.isError() ? " err " : " out ") + line.text());
    }

    @Override
    public void onExit(Exit exit) {}

    @Override
    public void onLogFailure(String sentence) {}
}
