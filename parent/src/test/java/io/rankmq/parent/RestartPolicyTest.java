// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.ErrorCode;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RestartPolicyTest {
    private static final Set<ErrorCode> RESTARTED = EnumSet.of(
            ErrorCode.EXECUTION_FAILED,
            ErrorCode.HANDLER_FAILED,
            ErrorCode.TASK_TIMEOUT,
            ErrorCode.DATA_UNAVAILABLE,
            ErrorCode.RANK_EXITED,
            ErrorCode.RANK_SILENT,
            ErrorCode.JOIN_TIMEOUT,
            ErrorCode.INITIALIZE_TIMEOUT,
            ErrorCode.BROKER_LOST);

    @ParameterizedTest
    @EnumSource
    void whatMaySucceedInAnotherIncarnationIsRestartedAndAnAbortIsNot(ErrorCode code) {
        assertThat(new RestartPolicy(1).take(failure(code))).isEqualTo(RESTARTED.contains(code));
    }

    @Test
    void restartsAreCountedForTheSessionWhateverTheyWereFor() {
        RestartPolicy policy = new RestartPolicy(2);
        assertThat(policy.take(failure(ErrorCode.RANK_EXITED))).isTrue();
        assertThat(policy.take(failure(ErrorCode.LAUNCH_FAILED))).isFalse();
        assertThat(policy.take(failure(ErrorCode.JOIN_TIMEOUT))).isTrue();
        assertThat(policy.take(failure(ErrorCode.RANK_EXITED))).isFalse();
        assertThat(policy.last(failure(ErrorCode.RANK_EXITED), 2).message())
                .isEqualTo("in attempt_2 (restarts used: 2 of 2), it happened");
    }

    @Test
    void withoutRestartsASentenceSaysNothingOfAttempts() {
        RestartPolicy policy = new RestartPolicy(0);
        assertThat(policy.take(failure(ErrorCode.RANK_EXITED))).isFalse();
        assertThat(policy.last(failure(ErrorCode.RANK_EXITED), 0).message()).isEqualTo("it happened");
    }

    private static RankFailure failure(ErrorCode code) {
        return RankFailure.ofSession(code, "it happened");
    }
}
