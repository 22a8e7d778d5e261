// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import io.rankmq.parent.launch.RankSettings.Worker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;

/**
 * Starts the ranks as processes of this host. Immutable: each method returns a launcher that differs in one thing. From a job file it is made
 * by {@code launcher: {type: local, ...}}; docs/launchers.md says what the settings mean and how processes are ended.
 *
 * <pre>{@code
 * Session.builder().launcher(LocalLauncher.java().classpath(Path.of("target/classes")).env("OMP_NUM_THREADS", "2"))
 * }</pre>
 */
public final class LocalLauncher implements Launcher {
    private static final String LOOPBACK = "127.0.0.1";

    private final RankGroups ranks;
    private final LocalPlace place;
    private final boolean startsAll;
    private final Path baseDirectory;

    LocalLauncher(RankGroups ranks, LocalPlace place, boolean startsAll, Path baseDirectory) {
        this.ranks = ranks;
        this.place = place;
        this.startsAll = startsAll;
        this.baseDirectory = baseDirectory.toAbsolutePath().normalize();
    }

    /** Ranks are Java workers, in the same Java and with the same class path as this process. */
    public static LocalLauncher java() {
        return of(RankSettings.of(Worker.JAVA, null));
    }

    /** Ranks are Python workers: {@code python3 -m rankmq}; the interpreter may be named by RANKMQ_PYTHON. */
    public static LocalLauncher python() {
        return of(RankSettings.of(Worker.PYTHON, null));
    }

    /**
     * Ranks are started by this command, to which nothing is appended.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public static LocalLauncher command(List<String> words) {
        return of(RankSettings.of(Worker.NONE, words));
    }

    /** Adds a variable to the ranks' environment, which is this process's otherwise. */
    public LocalLauncher env(String name, String value) {
        return env(Map.of(name, value));
    }

    /**
     * Adds variables to the ranks' environment, which is this process's otherwise.
     *
     * @throws IllegalArgumentException for a variable that the launcher sets itself, such as RANK
     */
    public LocalLauncher env(Map<String, String> variables) {
        return with(ranks.settings().withEnv(variables));
    }

    /** Adds files or folders to the class path of Java workers. */
    public LocalLauncher classpath(Path... entries) {
        return with(ranks.settings().withClasspath(List.of(entries)));
    }

    /** The JVM arguments of Java workers, in place of the default ones. */
    public LocalLauncher jvmArgs(String... args) {
        return with(ranks.settings().withJvmArgs(List.of(args)));
    }

    /** The interpreter of Python workers: a name that is looked up on the PATH, or a path. */
    public LocalLauncher interpreter(String python) {
        return with(ranks.settings().withPython(python));
    }

    /** Adds folders to the front of the ranks' PYTHONPATH. */
    public LocalLauncher pythonPath(Path... folders) {
        return with(ranks.settings().withPythonPath(List.of(folders)));
    }

    /**
     * The words before the worker's own: {@code python().startedBy(List.of("torchrun", "--nproc_per_node=4"))} runs
     * {@code torchrun --nproc_per_node=4 -m rankmq}.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public LocalLauncher startedBy(List<String> words) {
        return with(ranks.settings().withCommand(words));
    }

    /**
     * The command is run once and starts all ranks itself, as torchrun does; it gives each of them RANK and LOCAL_RANK.
     *
     * @throws IllegalArgumentException if there is no command, or if {@link #ranks} makes ranks differ
     */
    public LocalLauncher startsAllRanks() {
        if (ranks.settings().command() == null) {
            throw new IllegalArgumentException("the command that starts all ranks is missing; give it by startedBy");
        }
        if (!ranks.groups().isEmpty()) {
            throw new IllegalArgumentException("one command starts all ranks alike; some ranks differ, remove them");
        }
        return new LocalLauncher(ranks, place, true, baseDirectory);
    }

    /**
     * Starts some ranks as another launcher would.
     *
     * @param which such as {@code 2-3} or {@code 0,4-7}
     * @throws IllegalArgumentException if the ranks are not understood, or one of them was given before
     */
    public LocalLauncher ranks(String which, LocalLauncher other) {
        NavigableSet<Integer> some = RankRanges.parse(which);
        for (RankGroups.Group group : ranks.groups()) {
            if (group.ranks().stream().anyMatch(some::contains)) {
                throw new IllegalArgumentException(
                        "the " + group.name() + " and the ranks " + which + " overlap; name each rank once");
            }
        }
        if (startsAll || other.startsAll) {
            throw new IllegalArgumentException("one command starts all ranks alike; some ranks cannot differ");
        }
        List<RankGroups.Group> all = new ArrayList<>(ranks.groups());
        all.add(new RankGroups.Group("ranks " + which, some, other.ranks.settings()));
        return new LocalLauncher(new RankGroups(ranks.settings(), all), place, false, baseDirectory);
    }

    @Override
    public void checkWorldSize(int worldSize) {
        ranks.check(worldSize);
        place.seats(worldSize);
    }

    @Override
    public List<Placement> place(int worldSize) throws LaunchException {
        List<Placement> all = new ArrayList<>();
        List<Seat> seats = place.seats(worldSize);
        for (Seat seat : startsAll ? seats.subList(0, 1) : seats) {
            RankCommand command = new RankCommand(ranks.of(seat.rank()), baseDirectory);
            all.add(new Placement(
                    startsAll ? null : seat.rank(),
                    seat.host().name(),
                    seat.localRank(),
                    seat.localSize(),
                    seat.group(),
                    startsAll ? null : seat.devices(),
                    command.words(System.getenv())));
        }
        return all;
    }

    @Override
    public Gang launch(LaunchRequest request, GangListener listener) throws LaunchException {
        try {
            checkWorldSize(request.worldSize());
        } catch (IllegalArgumentException e) {
            throw new LaunchException(String.valueOf(e.getMessage()), e);
        }
        return GangStart.start(request, listener, starts(request));
    }

    private List<RankStart> starts(LaunchRequest request) throws LaunchException {
        RankEnvironment environment = new RankEnvironment(request.session(), request.worldSize(), LOOPBACK, freePort());
        if (startsAll) {
            return List.of(start(ranks.settings(), GangListener.LAUNCHER, environment.ofAll(), request));
        }
        List<RankStart> starts = new ArrayList<>();
        for (Seat seat : place.seats(request.worldSize())) {
            Map<String, String> variables = environment.ofAll();
            variables.putAll(seat.variables(place.deviceVariable()));
            starts.add(start(ranks.of(seat.rank()), seat.rank(), variables, request));
        }
        return starts;
    }

    private RankStart start(RankSettings own, int rank, Map<String, String> variables, LaunchRequest request)
            throws LaunchException {
        Map<String, String> environment = new HashMap<>(variables);
        RankCommand command = new RankCommand(own, baseDirectory);
        command.addTo(environment);
        return new RankStart(
                rank,
                command.words(environment),
                environment,
                rank == GangListener.LAUNCHER
                        ? request.bootstrap()
                        : request.bootstrap().forRank(rank));
    }

    /** For the user's own use; another process may take it before the ranks do, which torchrun lives with too. */
    private static int freePort() throws LaunchException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new LaunchException(
                    "no free port for MASTER_PORT was found on " + LOOPBACK + ": " + e.getMessage(), e);
        }
    }

    private static LocalLauncher of(RankSettings settings) {
        return new LocalLauncher(new RankGroups(settings, List.of()), LocalPlace.ANY, false, Path.of(""));
    }

    private LocalLauncher with(RankSettings changed) {
        return new LocalLauncher(new RankGroups(changed, ranks.groups()), place, startsAll, baseDirectory);
    }
}
