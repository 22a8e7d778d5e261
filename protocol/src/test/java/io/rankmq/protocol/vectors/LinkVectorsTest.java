// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.LinkCodec;
import io.rankmq.protocol.ProtocolException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LinkVectorsTest {
    private static final Path FOLDER = Path.of("src/test/resources/link-vectors");
    private static final JsonMapper MAPPER = new JsonMapper();

    private static Stream<JsonNode> vectors(String file) throws IOException {
        return StreamSupport.stream(
                MAPPER.readTree(FOLDER.resolve(file).toFile()).spliterator(), false);
    }

    private static byte[] frame(JsonNode vector) {
        return Hex.read(vector.get("frame"));
    }

    @Test
    void theCommittedFilesAreWhatTheGeneratorMakes() throws IOException {
        for (var file : GenerateVectors.linkFiles().entrySet()) {
            assertThat(Files.readString(FOLDER.resolve(file.getKey()))).isEqualTo(file.getValue());
        }
    }

    @TestFactory
    Stream<DynamicTest> whatIsGoodIsReadAndWrittenToTheByte() throws IOException {
        return vectors("good.json")
                .map(vector -> DynamicTest.dynamicTest(vector.get("name").textValue(), () -> {
                    ByteBuffer frame = ByteBuffer.wrap(frame(vector));
                    assertThat(LinkCodec.encode(LinkCodec.decode(frame))).isEqualTo(frame);
                }));
    }

    @TestFactory
    Stream<DynamicTest> whatIsBadIsRefused() throws IOException {
        return vectors("bad.json")
                .map(vector -> DynamicTest.dynamicTest(
                        vector.get("name").textValue(),
                        () -> assertThat(refusal(frame(vector)).code().name())
                                .isEqualTo(vector.get("error").textValue())));
    }

    @Test
    void whatIsCutShortIsRefused() throws IOException {
        for (JsonNode vector : vectors("good.json").toList()) {
            byte[] frame = frame(vector);
            for (int length = 0; length < frame.length; length++) {
                refusal(Arrays.copyOf(frame, length));
            }
        }
    }

    @Test
    void changedBytesAreReadOrRefusedAndNothingElse() throws IOException {
        Random random = new Random(1);
        for (JsonNode vector : vectors("good.json").toList()) {
            for (int i = 0; i < 5000; i++) {
                byte[] frame = frame(vector);
                for (int change = random.nextInt(3); change >= 0; change--) {
                    frame[random.nextInt(frame.length)] = (byte) random.nextInt();
                }
                try {
                    LinkCodec.decode(ByteBuffer.wrap(frame));
                } catch (ProtocolException refused) {
                    assertThat(refused.code()).isEqualTo(ErrorCode.MALFORMED);
                }
            }
        }
    }

    private static ProtocolException refusal(byte[] frame) {
        ProtocolException refusal =
                catchThrowableOfType(ProtocolException.class, () -> LinkCodec.decode(ByteBuffer.wrap(frame)));
        assertThat(refusal).isNotNull();
        return refusal;
    }
}
