// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import io.rankmq.api.ComponentConfig;
import io.rankmq.protocol.ErrorCode;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Builds components from configs. A component is a public class with a public constructor that takes {@link ComponentArgs}, or, if
 * it has no arguments, with a public constructor without parameters. The allow-list is checked, nested components included, before
 * any class is loaded.
 */
public final class ComponentBuilder {

    /** Language of components that run in a JVM. */
    public static final String JAVA = "java";

    private final AllowList allowed;
    private final ClassLoader loader;
    private final String language;

    /**
     * A builder.
     *
     * @param allowed what may be built
     * @param loader where classes are looked for
     * @param language which of a config's paths to take, {@link #JAVA} as a rule
     */
    public ComponentBuilder(AllowList allowed, ClassLoader loader, String language) {
        this.allowed = allowed;
        this.loader = loader;
        this.language = language;
    }

    /**
     * Builds components in the order given; checks all of them before it loads the first.
     *
     * @return the components by id, in that order
     * @throws ComponentException with COMPONENT_NOT_ALLOWED, or COMPONENT_FAILED for all else; its cause is what a constructor threw
     */
    public Map<String, Object> buildAll(List<ComponentConfig> configs) {
        configs.forEach(config -> allowed.checkAll(config, language));
        Map<String, Object> built = new LinkedHashMap<>();
        for (ComponentConfig config : configs) {
            if (built.containsKey(config.id())) {
                throw failed(config.id(), "is there twice; every component needs an id of its own", null);
            }
            built.put(config.id(), buildChecked(config));
        }
        return built;
    }

    /**
     * Builds one component.
     *
     * @throws ComponentException with COMPONENT_NOT_ALLOWED, or COMPONENT_FAILED for all else; its cause is what the constructor threw
     */
    public Object build(ComponentConfig config) {
        allowed.checkAll(config, language);
        return buildChecked(config);
    }

    private Object buildChecked(ComponentConfig config) {
        String path = config.pathFor(language);
        if (path == null) {
            throw failed(
                    config.id(),
                    "has no path for language '" + language + "', only for "
                            + String.join(", ", new TreeSet<>(config.paths().keySet())) + "; add one to its path",
                    null);
        }
        // Cheap, and no path reaches the class loader by any other way.
        allowed.check(config.id(), path);
        Class<?> type = load(config.id(), path);
        Constructor<?> withArgs = constructor(config.id(), type, ComponentArgs.class);
        if (withArgs != null) {
            Map<String, Object> resolved = new LinkedHashMap<>();
            config.args().forEach((name, value) -> resolved.put(name, resolve(config.id() + "." + name, value)));
            ComponentArgs args = ComponentArgs.of(config.id(), resolved);
            Object built = call(config.id(), path, () -> withArgs.newInstance(args));
            args.refuseUnknown();
            return built;
        }
        Constructor<?> withoutArgs = constructor(config.id(), type);
        if (withoutArgs == null) {
            throw failed(
                    config.id(),
                    "cannot be built: " + path
                            + " needs a public constructor that takes a ComponentArgs, or none at all",
                    null);
        }
        if (!config.args().isEmpty()) {
            throw failed(
                    config.id(),
                    "has arguments, but " + path
                            + " takes none; give it a public constructor that takes a ComponentArgs",
                    null);
        }
        return call(config.id(), path, withoutArgs::newInstance);
    }

    /** The value with every component that is nested in it built. */
    private @Nullable Object resolve(String where, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            if (ConfigWalk.isComponent(map)) {
                return buildChecked(ConfigWalk.nested(where, map));
            }
            Map<Object, @Nullable Object> resolved = new LinkedHashMap<>();
            map.forEach((key, element) -> resolved.put(key, resolve(where + "." + key, element)));
            return resolved;
        }
        if (value instanceof Iterable<?> list) {
            List<@Nullable Object> resolved = new ArrayList<>();
            for (Object element : list) {
                resolved.add(resolve(where + "." + resolved.size(), element));
            }
            return resolved;
        }
        return value;
    }

    private Class<?> load(String id, String path) {
        Class<?> type;
        try {
            type = Class.forName(path, false, loader);
        } catch (ClassNotFoundException absent) {
            throw failed(id, "has path '" + path + "', but there is no such class on the class path", null);
        } catch (LinkageError broken) {
            throw failed(id, "has path '" + path + "', whose class cannot be loaded: " + broken, broken);
        }
        if (!Modifier.isPublic(type.getModifiers()) || Modifier.isAbstract(type.getModifiers())) {
            throw failed(id, "has path '" + path + "', which is not a public class that can be instantiated", null);
        }
        return type;
    }

    private static @Nullable Constructor<?> constructor(String id, Class<?> type, Class<?>... parameters) {
        try {
            return type.getConstructor(parameters);
        } catch (NoSuchMethodException absent) {
            return null;
        } catch (LinkageError broken) {
            throw failed(id, "needs a class that cannot be loaded: " + broken, broken);
        }
    }

    private interface Call {
        Object make() throws ReflectiveOperationException;
    }

    private static Object call(String id, String path, Call call) {
        Throwable thrown;
        try {
            return call.make();
        } catch (InvocationTargetException inside) {
            thrown = inside.getCause() == null ? inside : inside.getCause();
        } catch (ReflectiveOperationException | LinkageError failure) {
            thrown = failure;
        }
        if (thrown instanceof ComponentException known) {
            throw known;
        }
        throw failed(id, "could not be built: the constructor of " + path + " threw " + thrown, thrown);
    }

    private static ComponentException failed(String id, String what, @Nullable Throwable cause) {
        return new ComponentException(ErrorCode.COMPONENT_FAILED, "component '" + id + "' " + what, cause);
    }
}
