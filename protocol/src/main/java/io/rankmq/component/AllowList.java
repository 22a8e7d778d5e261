// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import io.rankmq.api.ComponentConfig;
import io.rankmq.protocol.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What may be built from a config, nested components included. The check looks at names only and loads nothing. Immutable.
 */
public final class AllowList {
    private final List<String> entries;

    private AllowList(List<String> entries) {
        this.entries = entries;
    }

    /**
     * A list of these entries; an empty one allows nothing.
     *
     * @param entries each a prefix that ends in a dot (a package and all below it) or the full path of one component
     * @throws IllegalArgumentException if an entry is neither; the message shows it
     */
    public static AllowList of(List<String> entries) {
        for (String entry : entries) {
            String path = entry.endsWith(".") ? entry.substring(0, entry.length() - 1) : entry;
            if (!isPath(path)) {
                throw new IllegalArgumentException(
                        "allow entry '" + entry
                                + "' is neither a package that ends in a dot (com.example.) nor a full path (com.example.Trainer)");
            }
        }
        return new AllowList(List.copyOf(entries));
    }

    /** Whether a component with that path may be built. */
    public boolean allows(String path) {
        if (!isPath(path)) {
            return false;
        }
        for (String entry : entries) {
            if (entry.endsWith(".") ? path.startsWith(entry) : path.equals(entry)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Refuses a path that is not allowed.
     *
     * @param componentId component to name in the message
     * @param path full name of its class
     * @throws ComponentException with COMPONENT_NOT_ALLOWED
     */
    public void check(String componentId, String path) {
        if (!allows(path)) {
            throw new ComponentException(
                    ErrorCode.COMPONENT_NOT_ALLOWED,
                    "component '" + componentId + "' has path '" + path + "', which is not on the allow-list " + entries
                            + "; add its package (ending in a dot) or its full path to the list, or correct the path");
        }
    }

    /**
     * Refuses a component if its path, or that of any component nested in its arguments, is not allowed.
     *
     * @param config what is to be built
     * @param language check the paths for this language only; null: those for every language
     * @throws ComponentException with COMPONENT_NOT_ALLOWED; with COMPONENT_FAILED if the config is malformed
     */
    public void checkAll(ComponentConfig config, @Nullable String language) {
        ConfigWalk.visit(config, component -> {
            if (language == null) {
                component.paths().values().forEach(path -> check(component.id(), path));
                return;
            }
            String path = component.pathFor(language);
            if (path != null) {
                check(component.id(), path);
            }
        });
    }

    /** Names joined by single dots: nothing else reaches a class loader. */
    private static boolean isPath(String path) {
        boolean atStart = true;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean fits = atStart ? Character.isJavaIdentifierStart(c) : Character.isJavaIdentifierPart(c) || c == '.';
            if (!fits) {
                return false;
            }
            atStart = c == '.';
        }
        return !atStart;
    }

    @Override
    public String toString() {
        return entries.toString();
    }
}
