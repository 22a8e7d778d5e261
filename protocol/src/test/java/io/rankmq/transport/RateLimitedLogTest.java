// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

class RateLimitedLogTest {

    private final List<String> lines = new ArrayList<>();
    private long now;
    private final RateLimitedLog log = new RateLimitedLog(recordingLogger(), () -> now);

    @Test
    void aBurstPassesAndTheRestIsCounted() {
        for (int i = 0; i < 1000; i++) {
            log.warn("number {} of {}", i, 1000);
        }
        assertThat(log.count()).isEqualTo(1000);
        assertThat(lines).hasSize(10).startsWith("number 0 of 1000").endsWith("number 9 of 1000");
    }

    @Test
    void afterASecondOneLinePassesAndSaysHowManyWereLeftOut() {
        for (int i = 0; i < 15; i++) {
            log.warn("number {} of {}", i, 15);
        }
        lines.clear();
        now += 1_000_000_000L;
        log.warn("number {} of {}", 15, 15);
        log.warn("number {} of {}", 16, 15);
        assertThat(lines).containsExactly("number 15 of 15", "5 more warnings of this kind were left out");
    }

    private Logger recordingLogger() {
        return (Logger) Proxy.newProxyInstance(
                Logger.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    assertThat(method.getName()).isEqualTo("warn");
                    Object[] values = arguments[1] instanceof Object[] many ? many : new Object[] {arguments[1]};
                    lines.add(MessageFormatter.arrayFormat((String) arguments[0], values)
                            .getMessage());
                    return null;
                });
    }
}
