// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Starts ranks on the nodes of a Slurm allocation, by one srun for all: inside the allocation that this process is in, or in one that it asks for
 * and holds as long as the ranks run. From a job file: {@code launcher: {type: slurm, ...}}; docs/launchers.md lists the settings.
 */
public final class SlurmLauncher implements Launcher {
    private final RemoteSettings settings;
    private final SlurmSettings slurm;
    private final Map<String, String> environment;

    /** {@code environment} is what Slurm's commands see; it tells whether we are in an allocation. */
    SlurmLauncher(RemoteSettings settings, SlurmSettings slurm, Map<String, String> environment) {
        this.settings = settings;
        this.slurm = slurm;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public void checkWorldSize(int worldSize) {
        settings.ranks().check(worldSize);
    }

    @Override
    public List<Placement> place(int worldSize) throws LaunchException {
        List<HostSlots> hosts =
                SlurmAllocation.isInside(environment) ? SlurmNodes.of(environment, slurm) : unnamed(worldSize);
        return plan(hosts, worldSize, Set.of()).placements();
    }

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) throws LaunchException {
        List<String> srun = new ArrayList<>(slurm.srun());
        srun.set(0, Executables.find(srun.get(0), environment.get("PATH"), settings.baseDirectory()));
        SlurmAllocation allocation = allocation(request);
        boolean complete = false;
        try {
            Gang gang = launch(request, new CarefulListener(listener), allocation, srun);
            complete = true;
            return new AllocatedGang(gang, allocation);
        } finally {
            if (!complete) {
                allocation.close();
            }
        }
    }

    private Gang launch(LaunchRequest request, CarefulListener listener, SlurmAllocation allocation, List<String> srun)
            throws LaunchException {
        Map<String, String> variables = allocation.environment();
        RemotePlan plan = plan(SlurmNodes.of(variables, slurm), request.worldSize(), request.avoidHosts());
        BrokerReach.check(request.bootstrap(), plan.hosts());
        String token = SshLauncher.newToken();
        SlurmSteps steps = new SlurmSteps(srun, variables, settings.hostTimeout());
        int port = steps.check(plan, token).get(0).port();
        String given = settings.masterAddress();
        String address = given == null ? plan.hosts().get(0).name() : given;
        List<AgentStart> agents = plan.agents(request, address, port);
        List<RemoteRank> ranks = new ArrayList<>();
        List<HostSlots> hostOfTask = new ArrayList<>();
        for (AgentStart agent : agents) {
            ranks.add(new RemoteRank(agent, token, listener, request));
            hostOfTask.add(agent.host());
        }
        AgentText texts = new AgentText(request, token);
        String text = texts.ofTasks(agents);
        List<String> words = steps.words(hostOfTask, ShellText.bytes(text));
        Sweep sweep = new Sweep(texts, (host, bytes) -> steps.words(List.of(host), bytes), variables);
        return new RemoteStart(request, listener, variables, sweep)
                .start(List.of(new RemoteStart.Client("srun", words, text, ranks, true)));
    }

    private SlurmAllocation allocation(LaunchRequest request) throws LaunchException {
        if (SlurmAllocation.isInside(environment)) {
            return SlurmAllocation.around(environment);
        }
        Executables.find("salloc", environment.get("PATH"), settings.baseDirectory());
        return SlurmAllocation.make(
                environment,
                slurm,
                "rankmq-" + request.session(),
                unnamed(request.worldSize()).size(),
                slurm.slotsOfNewNode());
    }

    /** As many nodes as the ranks need, before Slurm says which. */
    private List<HostSlots> unnamed(int worldSize) {
        int slots = slurm.slotsOfNewNode();
        List<HostSlots> hosts = new ArrayList<>();
        for (int node = 0; node * slots < worldSize; node++) {
            hosts.add(new HostSlots("node-" + node, slots, slurm.devices()));
        }
        return hosts;
    }

    private RemotePlan plan(List<HostSlots> hosts, int worldSize, Set<String> avoid) throws LaunchException {
        try {
            settings.ranks().check(worldSize);
            return new RemotePlan(settings, Seating.of(hosts, worldSize, avoid, settings.oversubscribe()));
        } catch (IllegalArgumentException e) {
            throw new LaunchException("launcher " + e.getMessage(), e);
        }
    }
}
