// SPDX-License-Identifier: Apache-2.0
package io.rankmq.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.DataMessage;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.Digest;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

class PullTest {
    private static final int CHUNK = 4096;
    private static final long SECOND = 1_000_000_000L;
    private static final Digest DIGEST = Digest.of(new byte[16]);

    private final Pull pull = new Pull(new DataRef(DIGEST, 100_000), CHUNK, 10 * SECOND, 0);

    private static DataMessage.Chunk chunk(long offset, int length) {
        return new DataMessage.Chunk(DIGEST, offset, 7, ByteBuffer.allocate(length));
    }

    @Test
    void noMoreThanAWindowIsAskedForAndEachChunkMakesRoomForOne() {
        assertThat(pull.ask()).hasSize(Pull.WINDOW);
        assertThat(pull.ask()).isEmpty();
        assertThat(pull.onChunk(chunk(0, CHUNK), 7, 1)).isEqualTo(Pull.Verdict.TAKEN);
        assertThat(pull.ask()).extracting(DataMessage.Fetch::offset).containsExactly(16L * CHUNK);
    }

    @Test
    void theLastChunkIsShorterAndThenTheValueIsWhole() {
        while (!pull.isDone()) {
            for (DataMessage.Fetch fetch : pull.ask()) {
                assertThat(pull.onChunk(chunk(fetch.offset(), fetch.length()), 7, 1))
                        .isEqualTo(Pull.Verdict.TAKEN);
            }
        }
        assertThat(pull.onChunk(chunk(0, CHUNK), 7, 1)).isEqualTo(Pull.Verdict.NOT_ASKED_FOR);
    }

    @Test
    void aWrongChunkIsAskedForAgainAndTheThirdTimeTheValueFails() {
        pull.ask();
        assertThat(pull.onChunk(chunk(0, CHUNK), 8, 1)).isEqualTo(Pull.Verdict.WRONG);
        assertThat(pull.again(0)).containsExactly(new DataMessage.Fetch(DIGEST, 0, CHUNK));
        assertThat(pull.onChunk(chunk(0, CHUNK), 8, 1)).isEqualTo(Pull.Verdict.WRONG);
        assertThat(pull.onChunk(chunk(0, CHUNK), 8, 1)).isEqualTo(Pull.Verdict.FAILED);
    }

    @Test
    void silenceIsAnsweredByAskingAgainThenByConnectingAgainThenByGivingUp() {
        List<DataMessage.Fetch> asked = pull.ask();
        assertThat(pull.repeat(SECOND)).isEmpty();
        assertThat(pull.repeat(2 * SECOND)).isEqualTo(asked);
        assertThat(pull.takeRebuild(2 * SECOND)).isFalse();
        assertThat(pull.takeRebuild(3 * SECOND)).isTrue();
        assertThat(pull.repeat(3 * SECOND)).isEqualTo(asked);
        assertThat(pull.isGivenUp(9 * SECOND)).isFalse();
        assertThat(pull.isGivenUp(10 * SECOND)).isTrue();
    }
}
