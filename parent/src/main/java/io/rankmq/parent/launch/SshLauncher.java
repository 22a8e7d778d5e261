// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts ranks on other hosts by OpenSSH's own client, one process a rank. Nothing has to be installed there but a POSIX shell and what the worker
 * runs in. From a job file: {@code launcher: {type: ssh, hosts: [h1:2, h2:2], ...}}; docs/launchers.md lists the settings.
 */
public final class SshLauncher implements Launcher {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final RemoteSettings settings;
    private final List<HostSlots> hosts;
    private final List<String> ssh;

    SshLauncher(RemoteSettings settings, List<HostSlots> hosts, List<String> ssh) {
        this.settings = settings;
        this.hosts = List.copyOf(hosts);
        this.ssh = List.copyOf(ssh);
    }

    @Override
    public void checkWorldSize(int worldSize) {
        settings.ranks().check(worldSize);
        Seating.of(hosts, worldSize, Set.of(), settings.oversubscribe());
    }

    @Override
    public List<Placement> place(int worldSize) {
        return new RemotePlan(settings, Seating.of(hosts, worldSize, Set.of(), settings.oversubscribe())).placements();
    }

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) throws LaunchException {
        RemotePlan plan = plan(request);
        BrokerReach.check(request.bootstrap(), plan.hosts());
        Map<String, String> environment = clientEnvironment();
        List<String> found = new ArrayList<>(ssh);
        found.set(0, Executables.find(ssh.get(0), environment.get("PATH"), settings.baseDirectory()));
        SshHosts reached = new SshHosts(found, environment, settings.hostTimeout());
        String token = newToken();
        HostSlots first = plan.hosts().get(0);
        int port = reached.check(plan, new Preflight(token)).get(0).port();
        String given = settings.masterAddress();
        String address = given == null ? reached.address(first) : given;
        CarefulListener careful = new CarefulListener(listener);
        AgentText texts = new AgentText(request, token);
        List<RemoteStart.Client> clients = new ArrayList<>();
        for (AgentStart agent : plan.agents(request, address, port)) {
            String text = texts.of(agent);
            RemoteRank rank = new RemoteRank(agent, token, careful, request);
            clients.add(new RemoteStart.Client(
                    agent.name(), reached.words(agent.host(), ShellText.bytes(text)), text, List.of(rank), false));
        }
        return new RemoteStart(request, careful, environment, new Sweep(texts, reached::words, environment))
                .start(clients);
    }

    private RemotePlan plan(LaunchRequest request) throws LaunchException {
        try {
            settings.ranks().check(request.worldSize());
            return new RemotePlan(
                    settings, Seating.of(hosts, request.worldSize(), request.avoidHosts(), settings.oversubscribe()));
        } catch (IllegalArgumentException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Ours, but for what makes us a rank, if we are one: ssh may be configured to pass variables on. */
    static Map<String, String> clientEnvironment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        environment.keySet().removeAll(RankSettings.OWN_VARIABLES);
        return environment;
    }

    static String newToken() {
        byte[] bytes = new byte[12];
        RANDOM.nextBytes(bytes);
        return "rankmq-agent-" + HexFormat.of().formatHex(bytes);
    }

    /** The user's own words that run ssh, or the usual one. */
    static List<String> words(SettingsReader reader) {
        List<String> words = reader.command("ssh");
        if (words != null && words.isEmpty()) {
            reader.fault("ssh", "it is empty; give the program and its options, as in [ssh, -F, file]");
        }
        return words == null ? List.of("ssh") : words;
    }
}
