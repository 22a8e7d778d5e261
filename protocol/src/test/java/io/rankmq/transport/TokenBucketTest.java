// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    private static final long SECOND = 1_000_000_000L;

    private final TokenBucket bucket = new TokenBucket(100, 100, 0);

    @Test
    void aSecondsWorthMayBeTakenAtOnce() {
        bucket.take(99);
        assertThat(bucket.isEmpty(0)).isFalse();
        bucket.take(1);
        assertThat(bucket.isEmpty(0)).isTrue();
    }

    @Test
    void oneComesBackEachHundredthOfASecondHoweverOftenItIsAsked() {
        bucket.take(100);
        for (int i = 1; i < 10; i++) {
            assertThat(bucket.isEmpty(i * SECOND / 1000)).isTrue();
        }
        assertThat(bucket.isEmpty(SECOND / 100)).isFalse();
        bucket.take(1);
        assertThat(bucket.isEmpty(SECOND / 100)).isTrue();
    }

    @Test
    void whatWasTakenTooMuchHasToComeBackFirst() {
        bucket.take(350);
        assertThat(bucket.isEmpty(5 * SECOND / 2)).isTrue();
        assertThat(bucket.isEmpty(5 * SECOND / 2 + SECOND / 100)).isFalse();
    }

    @Test
    void aLongSilenceSavesUpNoMoreThanASecondsWorth() {
        bucket.isEmpty(Long.MAX_VALUE / 2);
        bucket.take(100);
        assertThat(bucket.isEmpty(Long.MAX_VALUE / 2)).isTrue();
    }

    @Test
    void noMoreThanTheMostIsSavedUpThoughMoreComesBackInASecond() {
        TokenBucket small = new TokenBucket(100, 10, 0);
        small.take(10);
        assertThat(small.isEmpty(0)).isTrue();
        assertThat(small.isEmpty(SECOND)).isFalse();
        small.take(10);
        assertThat(small.isEmpty(SECOND)).isTrue();
        assertThat(small.isEmpty(SECOND + SECOND / 100)).isFalse();
    }

    @Test
    void aRateThatIsNoneIsRefused() {
        assertThatThrownBy(() -> new TokenBucket(0, 1, 0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> new TokenBucket(100, 101, 0)).hasMessageContaining("from 1 to 100");
    }
}
