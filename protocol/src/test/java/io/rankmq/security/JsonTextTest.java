// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Test
    void everyKindOfValueIsRead() throws Exception {
        Object read = JsonText.read("""
                { "s": "a\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4ß", "n": [0, -7, 9007199254740993, 1.5e2, -0.25],
                  "t": true, "f": false, "null": null, "o": {}, "a": [] }
                """);

        assertThat(read)
                .isEqualTo(Map.of(
                        "s",
                        "a\"\\/\b\f\n\r\täß",
                        "n",
                        List.of(0L, -7L, 9007199254740993L, 150.0, -0.25),
                        "t",
                        true,
                        "f",
                        false,
                        "null",
                        JsonText.NULL,
                        "o",
                        Map.of(),
                        "a",
                        List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,",
                "[1,]",
                "{\"a\":1,}",
                "{\"a\" 1}",
                "{a:1}",
                "{\"a\":1}x",
                "{\"a\":1,\"a\":2}",
                "\"a",
                "\"\\x\"",
                "\"\\u12G4\"",
                "\"a\nb\"",
                "01",
                "-",
                "1.",
                ".5",
                "+1",
                "1e",
                "1e+",
                "--1",
                "tru",
                "nulL",
                "'a'",
                "[1 2]",
                "NaN"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatThrownBy(() -> JsonText.read(text)).isInstanceOf(JsonText.Fault.class);
    }

    @Test
    void theFaultsPlaceIsTold() {
        assertThatThrownBy(() -> JsonText.read("{\n  \"a\": ?\n}"))
                .isInstanceOfSatisfying(JsonText.Fault.class, fault -> {
                    assertThat(fault.line()).isEqualTo(2);
                    assertThat(fault.column()).isEqualTo(8);
                });
    }

    @Test
    void nestingWithoutEndIsRefused() {
        assertThatThrownBy(() -> JsonText.read("[".repeat(100_000))).isInstanceOf(JsonText.Fault.class);
    }

    /** Damaged documents: what one reader takes the other takes too. */
    @Test
    void itTakesWhatJacksonTakes() {
        String document =
                "{\"version\": 1, \"a\": [\"x\\n\", -1.5e3, {\"b\": null}], \"c\": {\"public\": \"k:<>\", \"t\": true}}";
        String letters = "{}[]\",:\\ \n0123456789-+.eEtrufalsn";
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder damaged = new StringBuilder(document);
            for (int damage = random.nextInt(3); damage >= 0; damage--) {
                char letter = letters.charAt(random.nextInt(letters.length()));
                damaged.setCharAt(random.nextInt(damaged.length()), letter);
            }
            String text = damaged.toString();
            assertThat(isRead(text)).as(text).isEqualTo(isReadByJackson(text));
        }
    }

    private static boolean isRead(String text) {
        try {
            JsonText.read(text);
            return true;
        } catch (JsonText.Fault refused) {
            return false;
        }
    }

    private static boolean isReadByJackson(String text) {
        try {
            return !STRICT.readTree(text).isMissingNode();
        } catch (JsonProcessingException refused) {
            return false;
        }
    }
}
