// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.security.BootstrapDocument;
import io.rankmq.security.CurveKeyPair;
import io.rankmq.security.KeyFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RankSettingsTest {
    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void writeADocument() {
        environment.put("RANKMQ_BOOTSTRAP", write(List.of("com.example.")));
        environment.put("RANK", "1");
    }

    private String write(List<String> allow) {
        CurveKeyPair keys = CurveKeyPair.generate();
        String endpoint = "tcp://127.0.0.1:4000";
        Path file = folder.resolve("document-" + allow.hashCode() + ".json");
        new BootstrapDocument(
                        "s-1",
                        2,
                        3,
                        endpoint,
                        endpoint,
                        endpoint,
                        keys.publicKey(),
                        allow,
                        new TreeMap<>(Map.of(0, keys, 1, CurveKeyPair.generate())))
                .write(file);
        return file.toString();
    }

    @Test
    void theDocumentAndTheRankMakeTheIdentityAndOtherRanksKeysAreForgotten() {
        RankSettings settings = RankSettings.of(environment);
        assertThat(settings.identity().session()).isEqualTo("s-1");
        assertThat(settings.identity().incarnation()).isEqualTo(2);
        assertThat(settings.identity().rank()).isEqualTo(1);
        assertThat(settings.identity().worldSize()).isEqualTo(3);
        assertThat(settings.identity().pid()).isEqualTo(ProcessHandle.current().pid());
        assertThat(settings.identity().host()).isNotBlank();
        assertThat(settings.document().ranks()).containsOnlyKeys(1);
        assertThat(settings.allowed().allows("com.example.Trainer")).isTrue();
    }

    @Test
    void theWorldSizeIsTheOneThatTheLauncherSays() {
        environment.put("WORLD_SIZE", "5");
        assertThat(RankSettings.of(environment).identity().worldSize()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "one", "-1", "65536", "1.0", "99999999999"})
    void aRankThatIsNoneIsRefused(String rank) {
        environment.put("RANK", rank);
        assertThatThrownBy(() -> RankSettings.of(environment))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("RANK")
                .hasMessageContaining("expected an integer from 0 to 65535");
    }

    @Test
    void aRankWithoutKeysIsRefused() {
        environment.put("RANK", "2");
        assertThatThrownBy(() -> RankSettings.of(environment))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("rank 2");
    }

    @Test
    void anAllowListThatCannotBeUnderstoodIsRefused() {
        environment.put("RANKMQ_BOOTSTRAP", write(List.of("com.example.*")));
        assertThatThrownBy(() -> RankSettings.of(environment))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("'com.example.*'");
    }
}
