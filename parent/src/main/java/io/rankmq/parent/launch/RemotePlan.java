// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** From seats to what is started on them, for launchers of other hosts. */
final class RemotePlan {
    private final RemoteSettings settings;
    private final List<Seat> seats;

    RemotePlan(RemoteSettings settings, List<Seat> seats) {
        this.settings = settings;
        this.seats = List.copyOf(seats);
    }

    /** The hosts in use, in order. */
    List<HostSlots> hosts() {
        return seats.stream().map(Seat::host).distinct().toList();
    }

    /** What {@code --dry-run} shows. */
    List<Placement> placements() {
        return starters().stream()
                .map(seat -> new Placement(
                        settings.startsHost() ? null : seat.rank(),
                        seat.host().name(),
                        seat.localRank(),
                        seat.localSize(),
                        seat.group(),
                        settings.startsHost() ? null : seat.devices(),
                        command(seat).words()))
                .toList();
    }

    /** What each host must have, as text for preflight.sh. */
    String needs(HostSlots host) {
        StringBuilder text = new StringBuilder();
        seats.stream()
                .filter(seat -> seat.host().equals(host))
                .map(seat -> command(seat).needs())
                .distinct()
                .forEach(text::append);
        String workdir = settings.workdir();
        return workdir == null ? text.toString() : "need_folder " + ShellText.quoted(workdir) + "\n" + text;
    }

    /** The agents to start. */
    List<AgentStart> agents(LaunchRequest request, String masterAddress, int masterPort) {
        List<AgentStart> agents = new ArrayList<>();
        for (Seat seat : starters()) {
            Map<String, String> variables = new LinkedHashMap<>();
            variables.put("MASTER_ADDR", masterAddress);
            variables.put("MASTER_PORT", Integer.toString(masterPort));
            variables.put("WORLD_SIZE", Integer.toString(request.worldSize()));
            variables.put(RankCommand.SESSION_VARIABLE, request.session());
            variables.putAll(
                    settings.startsHost() ? seat.variablesOfHost() : seat.variables(settings.deviceVariable()));
            String workdir = settings.workdir();
            String exports = command(seat).exports(variables);
            agents.add(new AgentStart(
                    settings.startsHost() ? GangListener.LAUNCHER : seat.rank(),
                    seat.host(),
                    command(seat).words(),
                    workdir == null ? exports : "cd " + ShellText.quoted(workdir) + " || exit 125\n" + exports,
                    settings.startsHost()
                            ? ofHost(request.bootstrap(), seat.host())
                            : request.bootstrap().forRank(seat.rank())));
        }
        return agents;
    }

    private List<Seat> starters() {
        return settings.startsHost()
                ? seats.stream().filter(seat -> seat.localRank() == 0).toList()
                : seats;
    }

    private RemoteCommand command(Seat seat) {
        return new RemoteCommand(settings.ranks().of(seat.rank()), settings);
    }

    private BootstrapDocument ofHost(BootstrapDocument all, HostSlots host) {
        SortedMap<Integer, CurveKeyPair> own = new TreeMap<>();
        seats.stream()
                .filter(seat -> seat.host().equals(host))
                .forEach(seat -> own.put(seat.rank(), all.keysOf(seat.rank())));
        return new BootstrapDocument(
                all.session(),
                all.incarnation(),
                all.worldSize(),
                all.commands(),
                all.control(),
                all.events(),
                all.serverKey(),
                all.allow(),
                own);
    }
}
