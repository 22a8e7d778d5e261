// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ShareableTest {

    @Test
    void headersAndValuesAreKeptApartAndInOrder() {
        Shareable shareable = new Shareable().put("b", 1).put("a", null).header("b", 2);

        assertThat(shareable.values().keySet()).containsExactly("b", "a");
        assertThat(shareable.get("b")).isEqualTo(1);
        assertThat(shareable.get("a")).isNull();
        assertThat(shareable.headers()).isEqualTo(Map.of("b", 2));
        assertThat(shareable).hasToString("Shareable{b=2}[b, a]");
    }

    @Test
    void whatItIsMadeOfIsCopied() {
        Map<String, Object> values = new LinkedHashMap<>(Map.of("a", 1));
        Shareable shareable = new Shareable(Map.of(), values);

        values.put("b", 2);

        assertThat(shareable.values()).containsOnlyKeys("a");
    }

    @Test
    void aValueOfAnotherTypeIsRefusedByName() {
        Shareable shareable = new Shareable().put("rate", 0.5);

        assertThat(shareable.get("rate", Double.class)).isEqualTo(0.5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shareable.get("rate", String.class))
                .withMessage("value 'rate' is of type Double, expected String");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> shareable.get("none", String.class))
                .withMessage("value 'none' is absent, expected String");
    }

    @ParameterizedTest
    @EnumSource(ReturnCode.class)
    void aReplyHasItsReturnCode(ReturnCode code) {
        assertThat(Shareable.reply(code).returnCode()).isEqualTo(code);
    }

    @Test
    void noReturnCodeIsOkAndAnUnknownOneIsAnError() {
        assertThat(new Shareable().returnCode()).isEqualTo(ReturnCode.OK);
        assertThat(new Shareable().header(Shareable.RETURN_CODE, "SOMETHING").returnCode())
                .isEqualTo(ReturnCode.EXECUTION_RESULT_ERROR);
        assertThat(new Shareable().header(Shareable.RETURN_CODE, 5).returnCode())
                .isEqualTo(ReturnCode.EXECUTION_RESULT_ERROR);
    }
}
