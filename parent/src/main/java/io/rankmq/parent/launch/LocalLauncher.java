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
import java.util.TreeMap;

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

    /** Ranks that differ from the others; {@code name} is for sentences. */
    record Group(String name, NavigableSet<Integer> ranks, RankSettings settings) {}

    private final RankSettings settings;
    private final List<Group> groups;
    private final boolean startsAll;
    private final Path baseDirectory;

    LocalLauncher(RankSettings settings, List<Group> groups, boolean startsAll, Path baseDirectory) {
        this.settings = settings;
        this.groups = List.copyOf(groups);
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
        return with(settings.withEnv(variables));
    }

    /** Adds files or folders to the class path of Java workers. */
    public LocalLauncher classpath(Path... entries) {
        return with(settings.withClasspath(List.of(entries)));
    }

    /** The JVM arguments of Java workers, in place of the default ones. */
    public LocalLauncher jvmArgs(String... args) {
        return with(settings.withJvmArgs(List.of(args)));
    }

    /** The interpreter of Python workers: a name that is looked up on the PATH, or a path. */
    public LocalLauncher interpreter(String python) {
        return with(settings.withPython(python));
    }

    /** Adds folders to the front of the ranks' PYTHONPATH. */
    public LocalLauncher pythonPath(Path... folders) {
        return with(settings.withPythonPath(List.of(folders)));
    }

    /**
     * The words before the worker's own: {@code python().startedBy(List.of("torchrun", "--nproc_per_node=4"))} runs
     * {@code torchrun --nproc_per_node=4 -m rankmq}.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public LocalLauncher startedBy(List<String> words) {
        return with(settings.withCommand(words));
    }

    /**
     * The command is run once and starts all ranks itself, as torchrun does; it gives each of them RANK and LOCAL_RANK.
     *
     * @throws IllegalArgumentException if there is no command, or if {@link #ranks} makes ranks differ
     */
    public LocalLauncher startsAllRanks() {
        if (settings.command() == null) {
            throw new IllegalArgumentException("the command that starts all ranks is missing; give it by startedBy");
        }
        if (!groups.isEmpty()) {
            throw new IllegalArgumentException("one command starts all ranks alike; some ranks differ, remove them");
        }
        return new LocalLauncher(settings, groups, true, baseDirectory);
    }

    /**
     * Starts some ranks as another launcher would.
     *
     * @param ranks such as {@code 2-3} or {@code 0,4-7}
     * @throws IllegalArgumentException if the ranks are not understood, or one of them was given before
     */
    public LocalLauncher ranks(String ranks, LocalLauncher other) {
        NavigableSet<Integer> some = RankRanges.parse(ranks);
        for (Group group : groups) {
            if (group.ranks().stream().anyMatch(some::contains)) {
                throw new IllegalArgumentException(
                        "the " + group.name() + " and the ranks " + ranks + " overlap; name each rank once");
            }
        }
        if (startsAll || other.startsAll) {
            throw new IllegalArgumentException("one command starts all ranks alike; some ranks cannot differ");
        }
        List<Group> all = new ArrayList<>(groups);
        all.add(new Group("ranks " + ranks, some, other.settings));
        return new LocalLauncher(settings, all, false, baseDirectory);
    }

    @Override
    public void checkWorldSize(int worldSize) {
        for (Group group : groups) {
            if (group.ranks().last() >= worldSize) {
                throw new IllegalArgumentException(group.name() + ": there is no rank "
                        + group.ranks().last() + ", the world size is " + worldSize + "; correct one of the two");
            }
        }
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
            return List.of(start(settings, GangListener.LAUNCHER, environment.ofAll(), request));
        }
        Map<Integer, RankSettings> different = new TreeMap<>();
        for (Group group : groups) {
            group.ranks().forEach(rank -> different.put(rank, group.settings()));
        }
        List<RankStart> starts = new ArrayList<>();
        for (int rank = 0; rank < request.worldSize(); rank++) {
            starts.add(start(different.getOrDefault(rank, settings), rank, environment.ofRank(rank), request));
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
        return new LocalLauncher(settings, List.of(), false, Path.of(""));
    }

    private LocalLauncher with(RankSettings changed) {
        return new LocalLauncher(changed, groups, startsAll, baseDirectory);
    }
}
