// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.data.HashKind;
import io.rankmq.memory.Bytes;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.DataCodec;
import io.rankmq.protocol.DataMessage;
import io.rankmq.protocol.DataRef;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Replays the vectors that only the data plane has. */
final class DataReplay {
    private DataReplay() {}

    static boolean isOne(JsonNode vector) {
        return vector.has("size") || vector.has("port") || vector.has("port_error");
    }

    static void replay(JsonNode vector) throws ProtocolException {
        if (vector.has("size")) {
            replayDigest(vector);
            return;
        }
        Sender sender = Sender.valueOf(vector.get("sender").textValue());
        List<ByteBuffer> frames = new ArrayList<>();
        vector.get("frames").forEach(frame -> frames.add(ByteBuffer.wrap(Hex.read(frame))));
        if (vector.has("port_error")) {
            ProtocolException refusal =
                    catchThrowableOfType(ProtocolException.class, () -> DataCodec.decode(frames, sender));
            assertThat(refusal.code().name()).isEqualTo(vector.get("port_error").textValue());
            return;
        }
        DataCodec.Received received = DataCodec.decode(frames, sender);
        assertThat(DataCodec.encode(received.sender(), received.message())).isEqualTo(frames);
        JsonNode told = vector.get("port");
        if (received.message() instanceof DataMessage.Fetch fetch) {
            assertThat(fetch.digest().hex()).isEqualTo(told.get("digest").textValue());
            assertThat(fetch.offset()).isEqualTo(told.get("offset").longValue());
            assertThat(fetch.length()).isEqualTo(told.get("length").intValue());
        } else if (received.message() instanceof DataMessage.Chunk chunk) {
            assertThat(chunk.digest().hex()).isEqualTo(told.get("digest").textValue());
            assertThat(chunk.sum()).isEqualTo(told.get("sum").longValue()).isEqualTo(HashKind.sum(chunk.payload()));
        } else if (received.message() instanceof DataMessage.Gone gone) {
            assertThat(gone.reason()).isEqualTo(told.get("reason").textValue());
        }
    }

    private static void replayDigest(JsonNode vector) {
        byte[] value = DataVectors.pattern(vector.get("size").intValue());
        for (HashKind kind : HashKind.values()) {
            assertThat(HexFormat.of().formatHex(DataVectors.digest(kind, value)))
                    .isEqualTo(vector.get(kind.wireName()).textValue());
        }
    }

    /** The body with its values in place of the references, which must be theirs. */
    static Body resolved(Body body, JsonNode vector) {
        if (body.references().isEmpty()) {
            return body;
        }
        List<Bytes> values = new ArrayList<>();
        for (JsonNode told : vector.get("data")) {
            byte[] value = Hex.read(told.get("value"));
            DataRef reference = body.references().get(values.size());
            assertThat(reference.digest().hex()).isEqualTo(told.get("digest").textValue());
            assertThat(reference.size()).isEqualTo(value.length);
            values.add(Bytes.of(ByteBuffer.wrap(value)));
        }
        return new Body(body.bytes(), values);
    }
}
