// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bodies made to cost their reader as much memory as possible. */
class HostileBodyTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "a million empty maps, dd000f4240, 80, 1000000",
        "a million empty arrays, dd000f4240, 90, 1000000",
        "a million nulls, dd000f4240, c0, 1000000",
        "maps of one entry, dd0003d090, 81a161c0, 250000",
        "maps of one number, dd0003d090, 81a000, 250000",
        "a map that announces as many as it can, df000186a0, a16180, 100000",
        "arrays that announce more each, '', dd0000ffff, 60",
        "maps that announce more each, '', df00007fff, 60",
        "empty tensors, dd000186a0, c70c0194a4626f6f6c9100a143c400, 100000",
    })
    void costsItsReaderNoMoreThanASmallMultipleOfItself(String name, String prefix, String unit, int count)
            throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(HexFormat.of().parseHex(prefix));
        byte[] repeated = HexFormat.of().parseHex(unit);
        for (int i = 0; i < count; i++) {
            bytes.writeBytes(repeated);
        }
        if (prefix.isEmpty()) {
            bytes.writeBytes(new byte[70_000]);
        }
        Body body = new Body(ByteBuffer.wrap(bytes.toByteArray()), List.of());

        long allocated = Allocation.ofSecond(() -> new ValueReader(body, Limits.DEFAULT).value());

        assertThat(allocated).as(name).isLessThan(80L * bytes.size() + (256 << 10));
    }
}
