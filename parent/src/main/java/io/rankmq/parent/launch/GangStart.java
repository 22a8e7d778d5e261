// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts a gang, all of it or nothing: folder, guard, then the processes. */
final class GangStart {
    private final LaunchRequest request;
    private final CarefulListener listener;
    private final ProcFs proc = ProcFs.ofThisHost();
    private final SessionProcesses processes;
    private final String host = HostName.current();
    private final List<RankProcess> children = new ArrayList<>();
    private final List<OutputPipe> pipes = new ArrayList<>();
    private final byte[] chunk = RankStream.newChunk();

    private GangStart(LaunchRequest request, GangListener listener) {
        this.request = request;
        this.listener = new CarefulListener(listener);
        this.processes = new SessionProcesses(request.session(), proc);
    }

    static LocalGang start(LaunchRequest request, GangListener listener, List<RankStart> starts)
            throws LaunchException {
        if (!FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
            throw new LaunchException(
                    "the local launcher needs the processes and the file permissions of a POSIX system;"
                            + " run it on Linux, for example in a container or in WSL");
        }
        return new GangStart(request, listener).start(starts);
    }

    private LocalGang start(List<RankStart> starts) throws LaunchException {
        GangFolder folder = null;
        Guard guard = null;
        String subject = "the ranks";
        boolean complete = false;
        try {
            folder = GangFolder.create();
            guard = Guard.start(request, folder, proc.root());
            makePipes(folder, starts);
            for (RankStart start : starts) {
                subject = start.subject();
                start(folder, guard, start);
            }
            removePipes(folder, starts);
            GangWatch watch = new GangWatch(request.session(), host, listener, processes, guard, children);
            LocalGang gang = new LocalGang(host, processes, children, watch, guard, folder);
            watch.start();
            complete = true;
            return gang;
        } catch (IOException e) {
            throw new LaunchException(subject + " could not be started on " + host + ": " + e.getMessage(), e);
        } finally {
            if (!complete) {
                undo(folder, guard);
            }
        }
    }

    private void start(GangFolder folder, Guard guard, RankStart start) throws IOException {
        Path document = folder.write(start.name() + ".json", start.bootstrap().toJson());
        Map<String, String> environment = new HashMap<>(start.environment());
        environment.put(RankCommand.BOOTSTRAP_VARIABLE, document.toString());
        OutputPipe out = open(pipe(folder, start, false));
        OutputPipe err = open(pipe(folder, start, true));
        Process process = Spawner.start(start.words(), environment, out.file(), err.file());
        processes.started(process.toHandle());
        LastLines last = new LastLines();
        children.add(new RankProcess(
                start.rank(),
                host,
                process,
                new RankStream(out.in(), chunk, output(start, false, last)),
                new RankStream(err.in(), chunk, output(start, true, last)),
                last));
        guard.started(process.pid());
        out.release();
        err.release();
        listener.onStarted(start.rank(), host, process.pid());
    }

    private OutputPipe open(Path file) throws IOException {
        OutputPipe pipe = OutputPipe.open(file);
        pipes.add(pipe);
        return pipe;
    }

    private RankOutput output(RankStart start, boolean isError, LastLines last) {
        Path logs = request.logDirectory();
        return new RankOutput(
                start.rank(), host, isError, listener, last, logs == null ? null : logs.resolve(start.name()));
    }

    private static void makePipes(GangFolder folder, List<RankStart> starts) throws IOException {
        List<Path> pipes = new ArrayList<>();
        for (RankStart start : starts) {
            pipes.add(pipe(folder, start, false));
            pipes.add(pipe(folder, start, true));
        }
        Spawner.makePipes(pipes);
    }

    /** They are open now, and nobody else shall open them. */
    private static void removePipes(GangFolder folder, List<RankStart> starts) throws IOException {
        for (RankStart start : starts) {
            Files.delete(pipe(folder, start, false));
            Files.delete(pipe(folder, start, true));
        }
    }

    private static Path pipe(GangFolder folder, RankStart start, boolean isError) {
        return folder.path().resolve(start.name() + (isError ? ".err" : ".out"));
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
                // The sentence of what went wrong first is on its way; the keys in the folder are of a session that
                // never was.
            }
        }
    }
}
