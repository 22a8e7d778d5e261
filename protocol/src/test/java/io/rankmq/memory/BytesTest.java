// SPDX-License-Identifier: Apache-2.0
package io.rankmq.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BytesTest {

    private static ByteBuffer counting(int from, int to) {
        ByteBuffer bytes = ByteBuffer.allocate(to - from);
        for (int i = from; i < to; i++) {
            bytes.put((byte) i);
        }
        return bytes.flip();
    }

    private static final Bytes THREE =
            Bytes.of(List.of(counting(0, 4), counting(4, 4), counting(4, 5), counting(5, 9)));

    @Test
    void anyPartIsReadWhereverItIsCut() {
        for (int from = 0; from <= 9; from++) {
            for (int to = from; to <= 9; to++) {
                assertThat(THREE.read(from, to - from)).isEqualTo(counting(from, to));
            }
        }
    }

    @Test
    void whatIsInOnePieceIsNotCopied() {
        byte[] array = {1, 2, 3, 4};
        Bytes bytes = Bytes.of(List.of(ByteBuffer.wrap(array), counting(0, 4)));
        ByteBuffer inside = bytes.read(1, 3);
        array[2] = 9;
        assertThat(inside.get(1)).isEqualTo((byte) 9);
    }

    @Test
    void whatIsWrittenAcrossPiecesIsReadAgain() {
        Bytes bytes = Bytes.inPieces(12, 4, (at, length) -> ByteBuffer.allocate(length));
        bytes.write(0, counting(0, 3));
        bytes.write(3, counting(3, 12));
        assertThat(bytes).isEqualTo(Bytes.of(counting(0, 12)));
    }

    @Test
    void bytesAreEqualWhereverTheyAreCut() {
        assertThat(THREE).isEqualTo(Bytes.of(counting(0, 9))).hasSameHashCodeAs(Bytes.of(counting(0, 9)));
        assertThat(Bytes.of(counting(0, 9))).isEqualTo(THREE);
        assertThat(THREE).isNotEqualTo(Bytes.of(counting(0, 8))).isNotEqualTo(Bytes.of(counting(1, 10)));
        assertThat(Bytes.of(List.of())).isEqualTo(Bytes.of(ByteBuffer.allocate(0)));
    }

    @Test
    void whatIsNotThereIsRefused() {
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> THREE.read(8, 2));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> THREE.read(-1, 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> THREE.write(5, counting(0, 5)));
    }

    @Test
    void whatFitsAnArrayIsOnePieceAndMoreIsPiecesOfOneGib() {
        assertThat(lengths(100)).containsExactly(100);
        assertThat(lengths(Integer.MAX_VALUE - 8)).containsExactly(Integer.MAX_VALUE - 8);
        assertThat(lengths(Integer.MAX_VALUE - 7L)).containsExactly(1 << 30, (1 << 30) - 8);
        assertThat(lengths((2L << 30) + 3)).containsExactly(1 << 30, 1 << 30, 3);
    }

    private static List<Integer> lengths(long size) {
        List<Integer> lengths = new ArrayList<>();
        Bytes.inPieces(size, Bytes.PIECE_BYTES, (at, length) -> {
            lengths.add(length);
            return ByteBuffer.allocate(1);
        });
        return lengths;
    }
}
