// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** The ranks of one incarnation on other hosts, once their clients on this host are under way. */
final class RemoteGang implements Gang {
    /** For agents to end their ranks and to say so; those that cannot be reached any more end theirs when the lease is over. */
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final List<RemoteClient> clients;
    private final GangWatch watch;
    private final Feeder feeder;
    private final SessionProcesses processes;
    private final Guard guard;
    private final GangFolder folder;
    private final Sweep sweep;
    private final AtomicBoolean terminated = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();

    RemoteGang(
            List<RemoteClient> clients,
            GangWatch watch,
            Feeder feeder,
            SessionProcesses processes,
            Guard guard,
            GangFolder folder,
            Sweep sweep) {
        this.clients = List.copyOf(clients);
        this.watch = watch;
        this.feeder = feeder;
        this.processes = processes;
        this.guard = guard;
        this.folder = folder;
        this.sweep = sweep;
    }

    /** Agents watch what they started themselves; a rank under a wrapper is known by its heartbeats. */
    @Override
    public void joined(int rank, String host, long pid) {}

    @Override
    public List<String> lastLines(int rank, int count) {
        watch.awaitRead();
        List<String> lines = new ArrayList<>();
        for (RemoteClient client : clients) {
            for (RemoteRank other : client.ranks()) {
                if (other.rank() == rank || other.rank() == GangListener.LAUNCHER) {
                    lines.addAll(other.lastLines().list());
                }
            }
        }
        return List.copyOf(lines.subList(Math.max(0, lines.size() - count), lines.size()));
    }

    @Override
    public void terminate() {
        if (terminated.compareAndSet(false, true)) {
            clients.forEach(RemoteClient::dismiss);
            feeder.order("terminate");
        }
    }

    @Override
    public void kill() {
        clients.forEach(RemoteClient::dismiss);
        feeder.order("kill");
    }

    @Override
    public boolean awaitEnd(Duration atMost) throws InterruptedException {
        return watch.awaitAllTold(atMost.toNanos());
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        kill();
        awaitAgents();
        sweep.sweep(unsureHosts());
        feeder.stop();
        processes.killAll();
        watch.stop();
        guard.end();
        try {
            folder.remove();
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder.path() + " cannot be removed; remove it", e);
        }
    }

    /**
     * Hosts of agents whose client has ended before they told their own end, with the names of these agents. Where the client still is there, nobody
     * answers.
     */
    private Map<HostSlots, List<String>> unsureHosts() {
        return clients.stream()
                .filter(client -> !client.process().isAlive())
                .flatMap(client -> client.ranks().stream())
                .filter(rank -> !rank.hasSaidExit())
                .map(RemoteRank::start)
                .collect(Collectors.groupingBy(
                        AgentStart::host, Collectors.mapping(AgentStart::name, Collectors.toList())));
    }

    private void awaitAgents() {
        boolean interrupted = Thread.interrupted();
        long deadline = System.nanoTime() + END_NANOS;
        boolean ended = false;
        while (!ended && System.nanoTime() - deadline < 0) {
            try {
                ended = watch.awaitAllTold(deadline - System.nanoTime());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
