// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What is sent to agents: agent.sh, behind what is particular to this gang. It holds secrets. */
final class AgentText {
    private static final long LEAST_LEASE_SECONDS = 3;

    private final LaunchRequest request;
    private final String token;

    /**
     * For the agents of a gang.
     *
     * @param token marks what agents tell; nobody can guess it
     */
    AgentText(LaunchRequest request, String token) {
        this.request = request;
        this.token = token;
    }

    /** For the agent of one rank, whose outputs arrive as they were written. */
    String of(AgentStart start) {
        return header("raw", start.name()) + functions(start) + resource("host.sh") + resource("agent.sh");
    }

    /** For the agents of all tasks of a Slurm step: each takes what is its own. Their outputs are cut into short lines. */
    String ofTasks(List<AgentStart> starts) {
        StringBuilder text = new StringBuilder("case $SLURM_PROCID in\n");
        for (int task = 0; task < starts.size(); task++) {
            AgentStart start = starts.get(task);
            text.append(task)
                    .append(")\n")
                    .append(header("lines", start.name()))
                    .append(functions(start))
                    .append(";;\n");
        }
        return text + "esac\n" + resource("host.sh") + resource("agent.sh");
    }

    /** For a host whose agents, by their names, may have left something. No secret is in it. */
    String ofSweep(List<String> names) {
        String marks = names.stream().map(this::mark).collect(Collectors.joining(" "));
        return values(Map.of("marks", marks)) + resource("host.sh") + resource("sweep.sh");
    }

    private String header(String form, String name) {
        long lease =
                Math.max(LEAST_LEASE_SECONDS, request.lease().plusMillis(999).toSeconds());
        return values(Map.of("token", token, "mark", mark(name), "lease", Long.toString(lease), "form", form));
    }

    private String mark(String name) {
        return request.session() + "." + request.incarnation() + "." + name;
    }

    private String values(Map<String, String> own) {
        Map<String, String> all = new TreeMap<>(own);
        all.put("session", request.session());
        all.put("incarnation", Integer.toString(request.incarnation()));
        all.put("segments", request.segments());
        return all.entrySet().stream()
                .map(value -> value.getKey() + "=" + ShellText.quoted(value.getValue()) + "\n")
                .collect(Collectors.joining());
    }

    private static String functions(AgentStart start) {
        // JSON begins lines with braces, quotes and blanks, never with this.
        String document = "cat <<'END_OF_DOCUMENT'\n" + start.bootstrap().toJson() + "END_OF_DOCUMENT\n";
        return ShellText.function("write_bootstrap", document)
                + ShellText.function("rank_settings", start.settings())
                + ShellText.function("rank_command", "exec \"$@\" " + ShellText.quoted(start.words()));
    }

    /** The text of a script of this package. */
    static String resource(String name) {
        try (InputStream in = AgentText.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new FileNotFoundException("the resource " + name + " is missing from this program's jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
