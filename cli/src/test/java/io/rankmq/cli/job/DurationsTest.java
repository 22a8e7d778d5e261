// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "500ms,PT0.5S",
        "30s,PT30S",
        "1.5s,PT1.5S",
        "5m,PT5M",
        "2h,PT2H",
        "0.001ms,PT0.000001S",
        "999999999h,PT999999999H"
    })
    void timesHaveAUnit(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "30", "s", "0s", "0.0m", "-1s", "1 s", "1d", "1.s", "1e3s", "9999999999s", "1s2"})
    void anythingElseIsRefusedWithWhatWasExpected(String text) {
        assertThatThrownBy(() -> Durations.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected a time above 0 with a unit, such as 500ms, 30s, 5m or 2h, got '" + text + "'");
    }

    @ParameterizedTest
    @CsvSource({
        "0,0.00 s",
        "346,0.35 s",
        "999,1.00 s",
        "1000,1.0 s",
        "12345,12.3 s",
        "59949,59.9 s",
        "59950,1 min 00 s",
        "245000,4 min 05 s",
        "7380000,2 h 03 min"
    })
    void timesAreShownAsPeopleReadThem(long millis, String expected) {
        assertThat(Durations.show(Duration.ofMillis(millis))).isEqualTo(expected);
    }

    @Test
    void theSchemaKnowsTheSameTimes() {
        String pattern = "^(?=.*[1-9])[0-9]{1,9}(\\.[0-9]{1,3})?(ms|s|m|h)$";
        assertThat(SchemaCheck.schemaText()).contains(pattern.replace("\\", "\\\\"));
        assertThat("1.5s").matches(pattern);
        assertThat("0.0m").doesNotMatch(pattern);
    }
}
