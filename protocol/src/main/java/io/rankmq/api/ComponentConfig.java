// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A component to build in every rank.
 *
 * @param id its id, unique in the session
 * @param paths full name of its class by language ({@code java}, {@code python}); the key {@code *} stands for any language
 * @param args its arguments: plain values; a map in it that has a key "path" is a component too
 */
public record ComponentConfig(String id, Map<String, String> paths, Map<String, Object> args) {

    /** Key of {@link #paths} for any language. */
    public static final String ANY_LANGUAGE = "*";

    /** A component with one path, whatever the language. */
    public static ComponentConfig of(String id, String path, Map<String, Object> args) {
        return new ComponentConfig(id, Map.of(ANY_LANGUAGE, path), args);
    }

    /** The path for a language, or null if there is none. */
    public @Nullable String pathFor(String language) {
        String own = paths.get(language);
        return own != null ? own : paths.get(ANY_LANGUAGE);
    }
}
