// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.ComponentConfig;
import io.rankmq.protocol.ErrorCode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllowListTest {
    private final AllowList allowed = AllowList.of(List.of("com.example.", "org.other.Only"));

    @Test
    void aPrefixAllowsItsPackageAndAllBelowItAndAFullPathOnlyItself() {
        assertThat(allowed.allows("com.example.Trainer")).isTrue();
        assertThat(allowed.allows("com.example.deep.Trainer$Inner")).isTrue();
        assertThat(allowed.allows("org.other.Only")).isTrue();
        assertThat(allowed.allows("org.other.OnlyThis")).isFalse();
        assertThat(allowed.allows("org.other.Only.Inner")).isFalse();
        assertThat(allowed.allows("com.examples.Trainer")).isFalse();
        assertThat(allowed.allows("com.example")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "com.example.",
                "com.example..X",
                "[Lcom.example.X;",
                "com.example./../X",
                "com.example.X Y"
            })
    void whatIsNoPathIsNeverAllowed(String path) {
        assertThat(allowed.allows(path)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "*", "com.example.*", "com..example.", " com.example."})
    void anEntryThatIsNeitherPrefixNorPathIsRefusedAndShown(String entry) {
        assertThatThrownBy(() -> AllowList.of(List.of(entry)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + entry + "'");
    }

    @Test
    void theRefusalNamesComponentPathAndWhatIsAllowed() {
        assertThatThrownBy(() -> allowed.check("trainer", "java.lang.ProcessBuilder"))
                .isInstanceOfSatisfying(
                        ComponentException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.COMPONENT_NOT_ALLOWED))
                .hasMessage("component 'trainer' has path 'java.lang.ProcessBuilder', which is not on the allow-list "
                        + "[com.example., org.other.Only]; add its package (ending in a dot) or its full path to the list, "
                        + "or correct the path");
    }

    @Test
    void anEmptyListAllowsNothing() {
        assertThat(AllowList.of(List.of()).allows("com.example.Trainer")).isFalse();
    }

    @Test
    void nestedComponentsAreCheckedWhereverTheyStand() {
        Map<String, Object> bad = Map.of("path", "java.lang.ProcessBuilder");
        List<Map<String, Object>> places = List.of(
                Map.of("direct", bad),
                Map.of("list", List.of(1, List.of(bad))),
                Map.of("map", Map.of("inner", bad)),
                Map.of("nested", Map.of("path", "com.example.Inner", "args", Map.of("deep", bad))));
        for (Map<String, Object> args : places) {
            assertThatThrownBy(() -> allowed.checkAll(ComponentConfig.of("outer", "com.example.Outer", args), null))
                    .as("%s", args)
                    .hasMessageStartingWith("component 'outer.")
                    .hasMessageContaining("java.lang.ProcessBuilder");
        }
    }

    @Test
    void anArgumentThatIsCalledPathIsNoComponent() {
        ComponentConfig config = ComponentConfig.of("reader", "com.example.Reader", Map.of("path", "/data/x.csv"));
        assertThatCode(() -> allowed.checkAll(config, null)).doesNotThrowAnyException();
    }

    @Test
    void onlyThePathsOfTheGivenLanguageAreChecked() {
        Map<String, Object> nested = Map.of("path", Map.of("java", "com.example.Inner", "python", "evil.Inner"));
        ComponentConfig config = new ComponentConfig("c", Map.of("java", "com.example.Outer"), Map.of("inner", nested));
        assertThatCode(() -> allowed.checkAll(config, "java")).doesNotThrowAnyException();
        assertThatThrownBy(() -> allowed.checkAll(config, "python")).hasMessageContaining("'evil.Inner'");
        assertThatThrownBy(() -> allowed.checkAll(config, null)).hasMessageContaining("'evil.Inner'");
    }

    @Test
    void argumentsThatHoldThemselvesAreRefused() {
        Map<String, Object> loop = new HashMap<>();
        loop.put("self", loop);
        assertThatThrownBy(() -> allowed.checkAll(ComponentConfig.of("c", "com.example.C", loop), null))
                .hasMessageContaining("nested more than 64 deep");
    }

    @Test
    void aNestedComponentWithAMalformedPathOrAnUnknownKeyIsRefused() {
        assertThatThrownBy(() -> check(Map.of("inner", Map.of("path", 7))))
                .hasMessage("component 'c.inner' needs as 'path' a text or a map from language to text");
        assertThatThrownBy(() -> check(Map.of("inner", Map.of("path", "com.example.X", "arg", Map.of()))))
                .hasMessage("component 'c.inner' has the unknown key 'arg'; did you mean 'args'?");
    }

    private void check(Map<String, Object> args) {
        allowed.checkAll(ComponentConfig.of("c", "com.example.C", args), null);
    }
}
