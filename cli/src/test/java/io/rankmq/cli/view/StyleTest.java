// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class StyleTest {

    @Test
    void coloursAreWantedOnATerminalUnlessSomebodyRefusesThem() {
        assertThat(Style.wantsColour(false, true, Map.of())).isTrue();
        assertThat(Style.wantsColour(false, false, Map.of())).isFalse();
        assertThat(Style.wantsColour(true, true, Map.of())).isFalse();
        assertThat(Style.wantsColour(false, true, Map.of("NO_COLOR", "1"))).isFalse();
        assertThat(Style.wantsColour(false, true, Map.of("NO_COLOR", ""))).isTrue();
        assertThat(Style.wantsColour(false, true, Map.of("TERM", "dumb"))).isFalse();
    }

    @Test
    void eachRankHasItsColour() {
        Style style = new Style(true);
        assertThat(style.rank("a", 0)).isEqualTo("\u001b[36m[a:0]\u001b[0m");
        assertThat(style.rank("a", 1)).isNotEqualTo(style.rank("a", 0).replace("a:0", "a:1"));
        assertThat(new Style(false).rank("a", 0)).isEqualTo("[a:0]");
    }

    @Test
    void ranksCannotMoveTheCursor() {
        assertThat(new Style(true).foreign("a\rb\u001b[2Jc\u0007\u001b]0;title\u0007d\te"))
                .isEqualTo("abcd\te");
        assertThat(new Style(false).foreign("a\rb\u001b[2Jc\u0007\td")).isEqualTo("abc\td");
    }

    @Test
    void ranksMayHaveColoursWhereColoursAreWanted() {
        assertThat(new Style(true).foreign("\u001b[31mred")).isEqualTo("\u001b[31mred\u001b[0m");
        assertThat(new Style(false).foreign("\u001b[31mred\u001b[0m!")).isEqualTo("red!");
    }

    @Test
    void wideCharactersTakeTwoColumnsAndColoursNone() {
        assertThat(TextWidth.cut("数字 abc", 5)).isEqualTo("数字 ");
        assertThat(TextWidth.cut("\u001b[1mabc\u001b[0m def", 5)).isEqualTo("\u001b[1mabc\u001b[0m d\u001b[0m");
        assertThat(TextWidth.cut("e\u0301a", 2)).isEqualTo("e\u0301a");
        assertThat(TextWidth.cut("abc", 0)).isEmpty();
        assertThat(TextWidth.cut("abc", -1)).isEmpty();
    }

    @Test
    void numbersAreShownShort() {
        assertThat(Progress.number(0.41234567)).isEqualTo("0.4123");
        assertThat(Progress.number(1.23e-7)).isEqualTo("1.230e-07");
        assertThat(Progress.number(12345678.9)).isEqualTo("1.235e+07");
        assertThat(Progress.number(0.0)).isEqualTo("0.0000");
        assertThat(Progress.number(359L)).isEqualTo("359");
        assertThat(Progress.number(Double.NaN)).isEqualTo("NaN");
    }
}
