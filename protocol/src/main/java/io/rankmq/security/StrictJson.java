// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

/** JSON that holds secrets: strict, and errors say where without quoting anything. */
final class StrictJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private StrictJson() {}

    /** Parses an object; {@code what} begins the sentence of an error. */
    static JsonNode parse(String what, String text) {
        try (JsonParser parser = MAPPER.createParser(text)) {
            JsonNode node = MAPPER.readTree(parser);
            if (node == null || !node.isObject()) {
                throw new KeyFileException(what + " is not one JSON object");
            }
            if (parser.nextToken() != null) {
                throw new KeyFileException(what + " has something behind its JSON object");
            }
            return node;
        } catch (JsonProcessingException e) {
            // The parser's own message may quote a secret.
            throw new KeyFileException(
                    what + " is no JSON: see line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr());
        } catch (java.io.IOException e) {
            throw new KeyFileException("cannot read " + what);
        }
    }

    static JsonNode required(String what, JsonNode object, String key) {
        JsonNode value = object.get(key);
        if (value == null) {
            throw new KeyFileException(what + " has no '" + key + "'");
        }
        return value;
    }

    static String text(String what, JsonNode object, String key) {
        JsonNode value = required(what, object, key);
        if (!value.isTextual()) {
            throw new KeyFileException(what + ": '" + key + "' must be a string");
        }
        return value.textValue();
    }

    static int integer(String what, JsonNode object, String key, int min, int max) {
        JsonNode value = required(what, object, key);
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.intValue() < min || value.intValue() > max) {
            throw new KeyFileException(what + ": '" + key + "' must be an integer from " + min + " to " + max);
        }
        return value.intValue();
    }

    static String key(String what, JsonNode object, String name) {
        String text = text(what, object, name);
        if (!CurveKeyPair.isKey(text)) {
            throw new KeyFileException(what + ": '" + name + "' must be a CURVE key, 40 characters of Z85");
        }
        return text;
    }

    static CurveKeyPair keyPair(String what, JsonNode object) {
        if (!object.isObject()) {
            throw new KeyFileException(what + " must be an object with 'public' and 'secret'");
        }
        return new CurveKeyPair(key(what, object, "public"), key(what, object, "secret"));
    }
}
