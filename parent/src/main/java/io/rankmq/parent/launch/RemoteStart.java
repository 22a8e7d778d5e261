// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts the clients of a gang on other hosts, all of them or nothing: folder, guard, then the clients. */
final class RemoteStart {

    /**
     * A process of this host to start.
     *
     * @param name for names of files
     * @param words program and arguments
     * @param text what it is sent first; secret
     * @param ranks whose outputs it carries
     * @param isLabelled whether it carries several, each line behind the number of its task
     */
    record Client(String name, List<String> words, String text, List<RemoteRank> ranks, boolean isLabelled) {}

    private final LaunchRequest request;
    private final CarefulListener listener;
    private final Map<String, String> environment;
    private final Sweep sweep;
    private final ProcFs proc = ProcFs.ofThisHost();
    private final SessionProcesses processes;
    private final List<RemoteClient> clients = new ArrayList<>();
    private final List<OutputPipe> pipes = new ArrayList<>();
    private final byte[] chunk = RankStream.newChunk();

    /** {@code environment} is what the clients see; {@code sweep} is for when they have ended. */
    RemoteStart(LaunchRequest request, CarefulListener listener, Map<String, String> environment, Sweep sweep) {
        this.request = request;
        this.listener = listener;
        this.environment = Map.copyOf(environment);
        this.sweep = sweep;
        this.processes = new SessionProcesses(request.session(), proc);
    }

    RemoteGang start(List<Client> starts) throws LaunchException {
        GangFolder folder = null;
        Guard guard = null;
        boolean complete = false;
        try {
            folder = GangFolder.create();
            guard = Guard.start(request, folder, proc.root());
            for (Client start : starts) {
                start(folder, guard, start);
            }
            Feeder feeder = new Feeder(
                    request.session(),
                    clients.stream().map(RemoteClient::process).toList(),
                    starts.stream().map(Client::text).toList());
            GangWatch watch = new GangWatch(request.session(), HostName.current(), listener, processes, guard, clients);
            RemoteGang gang = new RemoteGang(clients, watch, feeder, processes, guard, folder, sweep);
            feeder.start();
            watch.start();
            complete = true;
            return gang;
        } catch (IOException e) {
            throw new LaunchException(
                    "the ranks could not be started from " + HostName.current() + ": " + e.getMessage(), e);
        } finally {
            if (!complete) {
                undo(folder, guard);
            }
        }
    }

    private void start(GangFolder folder, Guard guard, Client start) throws IOException {
        Path out = folder.path().resolve(start.name() + ".out");
        Path err = folder.path().resolve(start.name() + ".err");
        Spawner.makePipes(List.of(out, err));
        OutputPipe outPipe = open(out);
        OutputPipe errPipe = open(err);
        Process process = Spawner.startFed(start.words(), environment, out, err);
        processes.started(process.toHandle());
        guard.started(process.pid());
        clients.add(new RemoteClient(
                Path.of(start.words().get(0)).toFile().getName(),
                process,
                new RankStream(outPipe.in(), chunk, sink(start, false)),
                new RankStream(errPipe.in(), chunk, sink(start, true)),
                start.ranks()));
        outPipe.release();
        errPipe.release();
        // They are open now, and nobody else shall open them.
        Files.delete(out);
        Files.delete(err);
    }

    private OutputSink sink(Client start, boolean isError) {
        return start.isLabelled()
                ? new LabelledOutput(start.ranks(), isError, listener)
                : start.ranks().get(0).sink(isError, false);
    }

    private OutputPipe open(Path file) throws IOException {
        OutputPipe pipe = OutputPipe.open(file);
        pipes.add(pipe);
        return pipe;
    }

    private void undo(@Nullable GangFolder folder, @Nullable Guard guard) {
        processes.killAll();
        for (OutputPipe pipe : pipes) {
            try {
                pipe.close();
            } catch (IOException e) {
                // Nothing was to be read from it.
            }
        }
        if (guard != null) {
            guard.end();
        }
        if (folder != null) {
            try {
                folder.remove();
            } catch (IOException e) {
                // The sentence of what went wrong first is on its way; there is nothing in the folder but pipes.
            }
        }
    }
}
