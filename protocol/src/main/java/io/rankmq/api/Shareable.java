// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The data of a task, in and out: headers and named values. Values may be null, Boolean, Long (other integers become Long on the
 * way), Double, String, byte[], {@link Tensor}, lists and string-keyed maps of these, and any record or bean that Jackson can write,
 * which arrives as a map. Not safe for use by many threads.
 */
public final class Shareable {

    /** Header with the name of the {@link ReturnCode}. */
    public static final String RETURN_CODE = "return_code";

    private final Map<String, @Nullable Object> headers;
    private final Map<String, @Nullable Object> values;

    /** An empty one. */
    public Shareable() {
        this(Map.of(), Map.of());
    }

    /** One with copies of these maps; what is in them is not copied. */
    public Shareable(Map<String, ? extends @Nullable Object> headers, Map<String, ? extends @Nullable Object> values) {
        this.headers = new LinkedHashMap<>(headers);
        this.values = new LinkedHashMap<>(values);
    }

    /** An empty one with that return code. */
    public static Shareable reply(ReturnCode code) {
        return new Shareable().header(RETURN_CODE, code.name());
    }

    /** The headers themselves, not a copy. */
    public Map<String, @Nullable Object> headers() {
        return headers;
    }

    /** The values themselves, not a copy. */
    public Map<String, @Nullable Object> values() {
        return values;
    }

    /** Sets a header. */
    public Shareable header(String name, @Nullable Object value) {
        headers.put(name, value);
        return this;
    }

    /** Sets a value. */
    public Shareable put(String name, @Nullable Object value) {
        values.put(name, value);
        return this;
    }

    /** A value, or null if there is none. */
    public @Nullable Object get(String name) {
        return values.get(name);
    }

    /** The return code; OK if there is none, EXECUTION_RESULT_ERROR if it is not a known one. */
    public ReturnCode returnCode() {
        Object code = headers.getOrDefault(RETURN_CODE, ReturnCode.OK.name());
        for (ReturnCode known : ReturnCode.values()) {
            if (known.name().equals(code)) {
                return known;
            }
        }
        return ReturnCode.EXECUTION_RESULT_ERROR;
    }

    /**
     * A value as a type.
     *
     * @throws IllegalArgumentException if it is absent, null or of another type; the message names it
     */
    public <T> T get(String name, Class<T> type) {
        Object value = values.get(name);
        if (!type.isInstance(value)) {
            throw new IllegalArgumentException("value '" + name + "' is "
                    + (value == null ? "absent" : "of type " + value.getClass().getSimpleName()) + ", expected "
                    + type.getSimpleName());
        }
        return type.cast(value);
    }

    @Override
    public String toString() {
        return "Shareable" + headers + values.keySet();
    }
}
