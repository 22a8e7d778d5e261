// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import java.util.Map;

/** JSON that holds secrets: strict, and errors say where without quoting anything. Objects are maps, see {@link JsonText}. */
final class StrictJson {

    private StrictJson() {}

    /** Parses an object; {@code what} begins the sentence of an error. */
    static Map<String, Object> parse(String what, String text) {
        try {
            return object(JsonText.read(text), what + " is not one JSON object");
        } catch (JsonText.Fault fault) {
            throw new KeyFileException(what + " is no JSON: see line " + fault.line() + ", column " + fault.column());
        }
    }

    /** The same value as an object, or {@code otherwise} as the sentence of an error. */
    @SuppressWarnings("unchecked") // JsonText makes no other maps.
    static Map<String, Object> object(Object value, String otherwise) {
        if (!(value instanceof Map)) {
            throw new KeyFileException(otherwise);
        }
        return (Map<String, Object>) value;
    }

    static Object required(String what, Map<String, Object> object, String key) {
        Object value = object.get(key);
        if (value == null) {
            throw new KeyFileException(what + " has no '" + key + "'");
        }
        return value;
    }

    static String text(String what, Map<String, Object> object, String key) {
        Object value = required(what, object, key);
        if (!(value instanceof String text)) {
            throw new KeyFileException(what + ": '" + key + "' must be a string");
        }
        return text;
    }

    static int integer(String what, Map<String, Object> object, String key, int min, int max) {
        Object value = required(what, object, key);
        if (!(value instanceof Long number) || number < min || number > max) {
            throw new KeyFileException(what + ": '" + key + "' must be an integer from " + min + " to " + max);
        }
        return number.intValue();
    }

    static String key(String what, Map<String, Object> object, String name) {
        String text = text(what, object, name);
        if (!CurveKeyPair.isKey(text)) {
            throw new KeyFileException(what + ": '" + name + "' must be a CURVE key, 40 characters of Z85");
        }
        return text;
    }

    static CurveKeyPair keyPair(String what, Object value) {
        Map<String, Object> object = object(value, what + " must be an object with 'public' and 'secret'");
        return new CurveKeyPair(key(what, object, "public"), key(what, object, "secret"));
    }
}
