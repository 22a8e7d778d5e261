// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.security.CurveKeyPair;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyRegistryTest {

    private final KeyRegistry registry = new KeyRegistry();
    private final String key = CurveKeyPair.generate().publicKey();
    private final String otherKey = CurveKeyPair.generate().publicKey();

    @Test
    void aKeyIsAdmittedToItsDomainsOnly() {
        registry.register("s/0", Set.of("control", "commands/s"), Map.of(key, "s/0/0"));
        assertThat(registry.identityOf("control", key)).isEqualTo("s/0/0");
        assertThat(registry.identityOf("commands/s", key)).isEqualTo("s/0/0");
        assertThat(registry.identityOf("commands/t", key)).isNull();
        assertThat(registry.identityOf("control", otherKey)).isNull();
    }

    @Test
    void unregisteringAnOwnerLeavesTheOthers() {
        registry.register("s/0", Set.of("control"), Map.of(key, "s/0/0"));
        registry.register("t/0", Set.of("control"), Map.of(otherKey, "t/0/0"));
        registry.unregister("s/0");
        assertThat(registry.identityOf("control", key)).isNull();
        assertThat(registry.identityOf("control", otherKey)).isEqualTo("t/0/0");
    }

    @Test
    void aKeyThatIsTakenIsRefusedAndNothingIsRegistered() {
        registry.register("s/0", Set.of("control"), Map.of(key, "s/0/0"));
        assertThatThrownBy(() -> registry.register("t/0", Set.of("control"), Map.of(otherKey, "t/0/0", key, "t/0/1")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("admitted to control already")
                .hasMessageNotContaining(key);
        assertThat(registry.identityOf("control", key)).isEqualTo("s/0/0");
        assertThat(registry.identityOf("control", otherKey)).isNull();
    }

    @Test
    void anIdentityThatZeroMqOrALogCouldMisreadIsRefused() {
        for (String identity : new String[] {"", "a b", "a\n", "\u00e4", "x".repeat(129)}) {
            assertThatThrownBy(() -> registry.register("s", Set.of("control"), Map.of(key, identity)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        registry.register("s", Set.of("control"), Map.of(key, "x".repeat(128)));
        assertThat(registry.identityOf("control", key)).hasSize(128);
    }
}
