// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import io.rankmq.broker.SessionPort;
import io.rankmq.parent.launch.Launcher;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Describes a session and starts it. Not safe for use by many threads; usable for several sessions, one after another. */
public final class SessionBuilder {
    private static final Pattern ID = Pattern.compile("[a-z0-9-]{1,64}");

    private int worldSize = 1;
    private @Nullable String sessionId;
    private @Nullable String executorId;
    private @Nullable Launcher launcher;
    private @Nullable Path logDirectory;
    private SessionLimits limits = SessionLimits.DEFAULT;
    private int maxRestarts;
    private AbortSignal abort = new AbortSignal();
    private final List<ComponentConfig> components = new ArrayList<>();
    private final List<EventHandler> handlers = new ArrayList<>();
    private final List<SessionListener> listeners = new ArrayList<>();
    private final Set<String> allow = new LinkedHashSet<>();
    private final Map<String, Context.Property> properties = new LinkedHashMap<>();

    private BrokerAccess broker = BrokerAccess.embedded();
    private DataSettings data = DataSettings.DEFAULT;
    private UnaryOperator<SessionPort> port = UnaryOperator.identity();

    SessionBuilder() {}

    /**
     * The session's id, which also names its log folder; must be unique. Without it a random one is made.
     *
     * @throws IllegalArgumentException if it is not 1 to 64 characters of a-z, 0-9 and -
     */
    public SessionBuilder id(String session) {
        if (!ID.matcher(session).matches()) {
            throw new IllegalArgumentException(
                    "id: '" + session + "' was given, expected 1 to 64 characters of a-z, 0-9 and -");
        }
        sessionId = session;
        return this;
    }

    /**
     * How many ranks.
     *
     * @throws IllegalArgumentException if it is below 1 or above 65,536
     */
    public SessionBuilder worldSize(int ranks) {
        if (ranks < 1 || ranks > 65_536) {
            throw new IllegalArgumentException(
                    "world_size: " + ranks + " was given, expected an integer from 1 to 65536");
        }
        worldSize = ranks;
        return this;
    }

    /** Id of the component that runs the tasks. */
    public SessionBuilder executor(String componentId) {
        executorId = componentId;
        return this;
    }

    /** A component to build in every rank. */
    public SessionBuilder component(String id, String path, Map<String, Object> args) {
        return component(ComponentConfig.of(id, path, args));
    }

    /**
     * A component to build in every rank.
     *
     * @throws IllegalArgumentException if its id is empty or taken
     */
    public SessionBuilder component(ComponentConfig config) {
        if (config.id().isBlank()) {
            throw new IllegalArgumentException("a component with path " + config.paths() + " has no id; give it one");
        }
        if (components.stream().anyMatch(other -> other.id().equals(config.id()))) {
            throw new IllegalArgumentException(
                    "the component id '" + config.id() + "' is used twice; ids must be unique");
        }
        components.add(config);
        return this;
    }

    /** Packages (prefixes that end in a dot) or full paths from which ranks may build components; nothing else is built. */
    public SessionBuilder allow(Collection<String> packages) {
        allow.addAll(packages);
        return this;
    }

    /** A handler in the parent, for the ranks' events and for the parent's own; called in the order in which they were added. */
    public SessionBuilder handler(EventHandler handler) {
        handlers.add(handler);
        return this;
    }

    /** Who watches the session. */
    public SessionBuilder listener(SessionListener listener) {
        listeners.add(listener);
        return this;
    }

    /** Who starts the ranks. */
    public SessionBuilder launcher(Launcher starter) {
        launcher = starter;
        return this;
    }

    /** Where the broker is; without it it is in this process and serves ranks on this machine. */
    public SessionBuilder broker(BrokerAccess access) {
        broker = access;
        return this;
    }

    /** How large values travel. */
    public SessionBuilder data(DataSettings settings) {
        data = settings;
        return this;
    }

    /** Folder for {@code <session>/attempt_<n>/<rank>/{stdout,stderr}.log}; without it no log is kept. */
    public SessionBuilder logDirectory(Path folder) {
        logDirectory = folder;
        return this;
    }

    /** Times and sizes. */
    public SessionBuilder limits(SessionLimits all) {
        limits = all;
        return this;
    }

    /**
     * How often the whole gang may be started again after a rank was lost, in the session's life; 0 unless said otherwise. The task that was
     * running is run again from its input. Which failures count is told in docs/decisions/0004-what-is-restarted.md.
     *
     * @throws IllegalArgumentException if it is below 0 or above 1,000
     */
    public SessionBuilder maxRestarts(int restarts) {
        if (restarts < 0 || restarts > 1000) {
            throw new IllegalArgumentException(
                    "max_restarts: " + restarts + " was given, expected an integer from 0 to 1000");
        }
        maxRestarts = restarts;
        return this;
    }

    /**
     * The run's abort signal: once triggered, a start in progress ends with {@link RankFailedException}, running tasks are told to abort and
     * yield OK, and the session is finalised.
     */
    public SessionBuilder abort(AbortSignal signal) {
        abort = signal;
        return this;
    }

    /** A sticky property that every context of the parent starts with; {@link Context.Mark#PRIVATE} may be added to it. */
    public SessionBuilder property(String name, Object value, Context.Mark... marks) {
        boolean isPrivate = List.of(marks).contains(Context.Mark.PRIVATE);
        properties.put(name, new Context.Property(value, isPrivate, true));
        return this;
    }

    /** Puts something between the session and its ranks; tests lose messages there. */
    SessionBuilder port(UnaryOperator<SessionPort> wrapper) {
        port = wrapper;
        return this;
    }

    /**
     * Starts the ranks, initialises them, and fires START_RUN; returns when all are ready.
     *
     * @throws IllegalArgumentException if the description is not complete or not consistent; nothing was started
     * @throws RankFailedException if a rank could not be started, did not join, or could not be initialised; nothing is left
     */
    public Session start() {
        return Session.start(spec());
    }

    private SessionSpec spec() {
        String id = executorId;
        if (id == null) {
            throw new IllegalArgumentException(
                    "no executor was named; name the id of the component that runs the tasks");
        }
        if (components.stream().noneMatch(component -> component.id().equals(id))) {
            throw new IllegalArgumentException("the executor '" + id + "' is no component; the components are "
                    + components.stream().map(ComponentConfig::id).toList());
        }
        Launcher starter = launcher;
        if (starter == null) {
            throw new IllegalArgumentException("no launcher was given; the ranks must be started by one");
        }
        return new SessionSpec(
                sessionId == null ? SessionRuntime.newId() : sessionId,
                worldSize,
                id,
                List.copyOf(components),
                List.copyOf(allow),
                List.copyOf(handlers),
                List.copyOf(listeners),
                starter,
                logDirectory,
                limits,
                maxRestarts,
                abort,
                broker,
                data,
                port,
                Map.copyOf(properties));
    }
}
