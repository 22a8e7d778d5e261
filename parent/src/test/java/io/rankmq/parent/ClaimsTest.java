// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.security.CurveKeyPair;
import java.time.Duration;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClaimsTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final SortedMap<Integer, CurveKeyPair> KEYS = new TreeMap<>();

    static {
        for (int rank = 0; rank < 4; rank++) {
            KEYS.put(rank, CurveKeyPair.generate());
        }
    }

    private final Claims claims = new Claims(KEYS, Duration.ofSeconds(60), 0);

    private static Message.Claim claim(long nonce, String host, @Nullable Integer slot) {
        return new Message.Claim(1, 1, nonce, host, "10.0.0." + host.length(), 40_000 + (int) nonce, 77, "java", slot);
    }

    private Message.Assign assigned(long nonce, String host, @Nullable Integer slot, long now) {
        return (Message.Assign) claims.on(claim(nonce, host, slot), now);
    }

    private void threeOfTwoHosts() {
        assertThat(claims.on(claim(1, "a", 1), 0)).isEqualTo(new Message.Claimed(1, 1, 4));
        assertThat(claims.on(claim(2, "bb", 1), 1)).isEqualTo(new Message.Claimed(2, 2, 4));
        assertThat(claims.on(claim(3, "bb", 0), 2)).isEqualTo(new Message.Claimed(3, 3, 4));
    }

    @Test
    void ranksAreGivenHostByHostInTheOrderInWhichHostsCameAndInAHostBySlot() {
        threeOfTwoHosts();
        Message.Assign last = assigned(4, "a", 0, 3);
        assertThat(last.assigned()).isZero();
        assertThat(last.masterAddr()).isEqualTo("10.0.0.1");
        assertThat(last.masterPort()).isEqualTo(40_004);
        assertThat(last.publicKey()).isEqualTo(KEYS.get(0).publicKey());
        assertThat(last.secretKey()).isEqualTo(KEYS.get(0).secretKey());
        Message.Assign first = assigned(1, "a", 1, 4);
        assertThat(first.assigned()).isEqualTo(1);
        assertThat(first.localRank()).isEqualTo(1);
        assertThat(first.groupRank()).isZero();
        Message.Assign third = assigned(3, "bb", 0, 5);
        assertThat(third.assigned()).isEqualTo(2);
        assertThat(third.localRank()).isZero();
        assertThat(third.localWorldSize()).isEqualTo(2);
        assertThat(third.groupRank()).isEqualTo(1);
        assertThat(third.masterAddr()).isEqualTo("10.0.0.1");
        assertThat(assigned(2, "bb", 1, 6).assigned()).isEqualTo(3);
    }

    @Test
    void aClaimThatComesAgainGetsTheSameAnswerForEver() {
        threeOfTwoHosts();
        Message.Assign given = assigned(4, "a", 0, 3);
        assertThat(claims.on(claim(4, "a", 0), 1000 * SECOND)).isEqualTo(given);
        assertThat(claims.there()).isEqualTo(4);
    }

    @Test
    void aClaimBeyondTheWorldSizeIsRefusedAndCountedAndAFloodCostsNoMemory() {
        threeOfTwoHosts();
        assigned(4, "a", 0, 3);
        for (int nonce = 5; nonce < 1005; nonce++) {
            Message.Refuse refuse = (Message.Refuse) claims.on(claim(nonce, "c", null), 4);
            assertThat(refuse.error().number()).isEqualTo(ErrorCode.LIMIT_EXCEEDED.number());
            assertThat(refuse.error().message()).contains("all 4 ranks of this session are taken");
        }
        assertThat(claims.refused()).isEqualTo(1000);
        assertThat(claims.there()).isEqualTo(4);
    }

    @Test
    void aProcessThatIsGoneIsForgottenBeforeRanksAreGivenAndNotAfter() {
        threeOfTwoHosts();
        assertThat(claims.on(claim(1, "a", 1), 6 * SECOND)).isEqualTo(new Message.Claimed(1, 1, 4));
        assertThat(claims.expire(7 * SECOND)).isNull();
        assertThat(claims.there()).isEqualTo(1);
        claims.on(claim(2, "a", 1), 7 * SECOND);
        claims.on(claim(3, "a", 1), 7 * SECOND);
        claims.on(claim(4, "a", 1), 7 * SECOND);
        assertThat(claims.isComplete()).isTrue();
        assertThat(claims.expire(100 * SECOND)).isNull();
        assertThat(claims.there()).isEqualTo(4);
    }

    @Test
    void whenTimeIsUpTheSentenceSaysHowManyCameFromWhere() {
        threeOfTwoHosts();
        for (int nonce = 1; nonce <= 3; nonce++) {
            claims.on(claim(nonce, nonce == 1 ? "a" : "bb", 0), 58 * SECOND);
            claims.on(claim(nonce, nonce == 1 ? "a" : "bb", 0), 59 * SECOND);
        }
        assertThat(claims.expire(60 * SECOND - 1)).isNull();
        RankFailure failure = claims.expire(60 * SECOND);
        assertThat(failure).isNotNull();
        assertThat(failure.code()).isEqualTo(ErrorCode.JOIN_TIMEOUT);
        assertThat(failure.message())
                .isEqualTo(
                        "only 3 of 4 ranks came within 60 s: 1 from host a, 2 from host bb; start the others with this"
                                + " session's bootstrap document, or lower world_size");
    }

    @Test
    void aClaimOfAnotherVersionOrWithAnAddressThatIsNoneIsRefused() {
        Message.Claim future = new Message.Claim(2, 3, 1, "a", "10.0.0.1", 1, 1, "rust", null);
        assertThat(((Message.Refuse) claims.on(future, 0)).error().number())
                .isEqualTo(ErrorCode.UNSUPPORTED_VERSION.number());
        Message.Claim hostile = new Message.Claim(1, 1, 1, "a", "$(reboot)", 1, 1, "java", null);
        assertThat(((Message.Refuse) claims.on(hostile, 0)).error().number())
                .isEqualTo(ErrorCode.INVALID_VALUE.number());
        assertThat(claims.there()).isZero();
    }

    @Test
    void noTextShowsTheSecrets() {
        threeOfTwoHosts();
        Message.Assign given = assigned(4, "a", 0, 3);
        assertThat(given.toString()).doesNotContain(given.secretKey());
        assertThat(claim(123_456, "a", 0).toString()).doesNotContain("123456");
    }
}
