// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.cli.run.ExitCode;
import io.rankmq.protocol.ErrorCode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ExitCodeTest {

    @ParameterizedTest
    @EnumSource(
            names = {
                "RANK_EXITED",
                "RANK_SILENT",
                "JOIN_TIMEOUT",
                "LAUNCH_FAILED",
                "INITIALIZE_TIMEOUT",
                "UNSUPPORTED_VERSION",
                "BAD_WORLD_SIZE",
                "BROKER_LOST"
            })
    void whatKeepsRanksFromBeingThereIsThree(ErrorCode code) {
        assertThat(ExitCode.of(code)).isEqualTo(3);
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "RANK_EXITED",
                "RANK_SILENT",
                "JOIN_TIMEOUT",
                "LAUNCH_FAILED",
                "INITIALIZE_TIMEOUT",
                "UNSUPPORTED_VERSION",
                "BAD_WORLD_SIZE",
                "BROKER_LOST"
            })
    void whateverElseFailsIsOne(ErrorCode code) {
        assertThat(ExitCode.of(code)).isEqualTo(1);
    }
}
