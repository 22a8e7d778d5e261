// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import io.rankmq.protocol.ErrorCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of a component, given to its public constructor. The names it asks for there are the names it knows: any other
 * argument is refused once the constructor has returned, so ask for all of them. A getter without a default requires its argument.
 * Every getter throws {@link ComponentException} (COMPONENT_FAILED), which names component and argument, if the argument is absent or of another
 * type. Not safe for use by many threads.
 */
public final class ComponentArgs {

    private final String componentId;
    private final Map<String, ?> args;
    private final Set<String> known = new LinkedHashSet<>();

    private ComponentArgs(String componentId, Map<String, ?> args) {
        this.componentId = componentId;
        this.args = args;
    }

    /**
     * Arguments as a builder, or a test of a component, gives them.
     *
     * @param componentId id that error messages name
     * @param args the arguments; where a config nests a component, the object that was built from it
     */
    public static ComponentArgs of(String componentId, Map<String, ?> args) {
        return new ComponentArgs(componentId, args);
    }

    /** The id of the component that is being built. */
    public String componentId() {
        return componentId;
    }

    /** Whether an argument is there. */
    public boolean has(String name) {
        return find(name) != null;
    }

    /** A required integer of 32 bits. */
    public int integer(String name) {
        return toInt(name, required(name));
    }

    /** An integer of 32 bits, or the default. */
    public int integer(String name, int otherwise) {
        Object value = find(name);
        return value == null ? otherwise : toInt(name, value);
    }

    /** A required integer of 64 bits. */
    public long longInteger(String name) {
        return toLong(name, required(name));
    }

    /** An integer of 64 bits, or the default. */
    public long longInteger(String name, long otherwise) {
        Object value = find(name);
        return value == null ? otherwise : toLong(name, value);
    }

    /** A required number; an integer will do. */
    public double number(String name) {
        return toDouble(name, required(name));
    }

    /** A number, or the default; an integer will do. */
    public double number(String name, double otherwise) {
        Object value = find(name);
        return value == null ? otherwise : toDouble(name, value);
    }

    /** A required text. */
    public String text(String name) {
        return cast(name, required(name), String.class, "a text");
    }

    /** A text, or the default. */
    public String text(String name, String otherwise) {
        return has(name) ? text(name) : otherwise;
    }

    /** A required truth value. */
    public boolean flag(String name) {
        return cast(name, required(name), Boolean.class, "true or false");
    }

    /** A truth value, or the default. */
    public boolean flag(String name, boolean otherwise) {
        return has(name) ? flag(name) : otherwise;
    }

    /** A required list. */
    public List<Object> list(String name) {
        List<?> given = cast(name, required(name), List.class, "a list");
        return new ArrayList<>(given);
    }

    /** A list, or the default. */
    public List<Object> list(String name, List<?> otherwise) {
        return has(name) ? list(name) : new ArrayList<>(otherwise);
    }

    /** A required map. */
    public Map<String, Object> map(String name) {
        return ConfigWalk.textKeys(componentId, name, cast(name, required(name), Map.class, "a map"));
    }

    /** A map, or the default. */
    public Map<String, Object> map(String name, Map<String, ?> otherwise) {
        return has(name) ? map(name) : ConfigWalk.textKeys(componentId, name, otherwise);
    }

    /** A required component, which the config nests here as a map with a "path". */
    public <T> T component(String name, Class<T> type) {
        return component(name, required(name), type);
    }

    /** A component, or the default. */
    public <T> T component(String name, Class<T> type, T otherwise) {
        return has(name) ? component(name, type) : otherwise;
    }

    /** The components of a list; an absent list is an empty one. */
    public <T> List<T> components(String name, Class<T> type) {
        List<T> all = new ArrayList<>();
        for (Object element : list(name, List.of())) {
            all.add(component(name + "." + all.size(), element, type));
        }
        return all;
    }

    /** Refuses arguments that the component never asked for. */
    void refuseUnknown() {
        for (String name : args.keySet()) {
            if (!known.contains(name)) {
                throw failed("does not know the argument '" + name + "'" + NearestName.hint(name, known));
            }
        }
    }

    private <T> T component(String name, Object value, Class<T> type) {
        if (!type.isInstance(value)) {
            throw failed("needs as argument '" + name + "' a component of type " + type.getName() + ", but "
                    + value.getClass().getName() + " is none");
        }
        return type.cast(value);
    }

    private @Nullable Object find(String name) {
        known.add(name);
        return args.get(name);
    }

    private Object required(String name) {
        Object value = find(name);
        if (value == null) {
            throw failed("needs the argument '" + name + "', which is not given");
        }
        return value;
    }

    private int toInt(String name, Object value) {
        long number = toLong(name, value);
        if (number != (int) number) {
            throw wrongType(name, value, "an integer of 32 bits");
        }
        return (int) number;
    }

    private long toLong(String name, Object value) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        throw wrongType(name, value, "an integer");
    }

    private double toDouble(String name, Object value) {
        if (value instanceof Double || value instanceof Float) {
            return ((Number) value).doubleValue();
        }
        return value instanceof Number ? toLong(name, value) : cast(name, value, Double.class, "a number");
    }

    private <T> T cast(String name, Object value, Class<T> type, String expected) {
        if (!type.isInstance(value)) {
            throw wrongType(name, value, expected);
        }
        return type.cast(value);
    }

    private ComponentException wrongType(String name, Object value, String expected) {
        String shown = String.valueOf(value);
        return failed("needs " + expected + " as argument '" + name + "', but "
                + (shown.length() > 60 ? shown.substring(0, 60) + "..." : shown) + " was given");
    }

    private ComponentException failed(String what) {
        return new ComponentException(ErrorCode.COMPONENT_FAILED, "component '" + componentId + "' " + what);
    }
}
