// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.rankmq.broker.BrokerException;
import io.rankmq.broker.RemoteBroker;
import io.rankmq.broker.RemoteBrokerConfig;
import io.rankmq.cli.run.ExitCode;
import io.rankmq.transport.EventLoop;
import io.rankmq.transport.Ticker;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rankmq status}. */
@Command(
        name = "status",
        description =
                "Lists a broker's parents, their sessions, and the ranks' state: all of them for an operator's key, else one's own.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Exit codes: 0 the broker answered, 2 bad input, 3 it did not.",
            "",
            "Examples:",
            "  rankmq status --broker broker.example.org --broker-key broker.pub --key operator.key"
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    @Mixin
    private BrokerOptions broker;

    @Option(names = "--json", description = "One JSON object on standard output, as docs/broker.md describes it.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException, JsonProcessingException {
        if (!broker.isGiven()) {
            throw new ParameterException(spec.commandLine(), "--broker: name the broker, as HOST or HOST:PORT");
        }
        RemoteBrokerConfig config = broker.config(DEADLINE);
        PrintWriter out = spec.commandLine().getOut();
        try (EventLoop loop = EventLoop.start("rankmq-status", Ticker.system(), cause -> {})) {
            String answer = RemoteBroker.status(loop, config, DEADLINE);
            if (json) {
                out.println(answer);
            } else {
                show(out, new ObjectMapper().readTree(answer));
            }
            out.flush();
            return ExitCode.OK;
        } catch (BrokerException e) {
            spec.commandLine().getErr().println("rankmq: " + e.getMessage());
            spec.commandLine().getErr().flush();
            return ExitCode.RANKS_LOST;
        }
    }

    private static void show(PrintWriter out, JsonNode status) {
        out.println("broker up for " + status.path("uptime_seconds").asLong() + " s, "
                + (status.path("ready").asBoolean() ? "ready" : "waiting for parents before it lets ranks in"));
        for (JsonNode parent : status.path("parents")) {
            int sessions = parent.path("sessions").size();
            out.println("parent " + parent.path("name").asText()
                    + (parent.path("operator").asBoolean() ? " (operator)" : "")
                    + ": " + sessions + (sessions == 1 ? " session, " : " sessions, ")
                    + parent.path("dropped_messages").asLong() + " messages dropped, "
                    + parent.path("underway_bytes").asLong() + " bytes under way");
            for (JsonNode session : parent.path("sessions")) {
                out.println("  " + describeSession(session));
                session.path("ranks").forEach(rank -> out.println("    " + describeRank(rank)));
                if (session.has("ranks_left_out")) {
                    out.println("    and " + session.path("ranks_left_out").asInt() + " ranks more");
                }
            }
        }
    }

    static String describeSession(JsonNode session) {
        return "session " + session.path("session").asText() + " incarnation "
                + session.path("incarnation").asInt() + ": "
                + session.path("newest_command").asLong() + " commands, "
                + session.path("control").asLong() + " reports" + describeHeld(session, "control_held_millis") + ", "
                + session.path("events").asLong() + " events" + describeHeld(session, "events_held_millis");
    }

    private static String describeHeld(JsonNode session, String key) {
        long millis = session.path(key).asLong();
        return millis > 0 ? String.format(Locale.ROOT, " held back for %.1f s", millis / 1e3) : "";
    }

    private static String describeRank(JsonNode rank) {
        StringBuilder text = new StringBuilder(
                "rank " + rank.path("rank").asInt() + " " + rank.path("state").asText());
        if (rank.has("lag")) {
            text.append(", ").append(rank.path("lag").asLong()).append(" commands behind");
        }
        if (rank.has("silent_millis")) {
            text.append(String.format(
                    Locale.ROOT,
                    ", heard %.1f s ago",
                    rank.path("silent_millis").asLong() / 1e3));
        }
        return text.toString();
    }
}
