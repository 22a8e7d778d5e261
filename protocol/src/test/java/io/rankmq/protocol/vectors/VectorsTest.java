// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.StreamName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class VectorsTest {
    private static final Path FOLDER = Path.of("src/test/resources/vectors");
    private static final JsonMapper MAPPER = new JsonMapper();

    @Test
    void theCommittedFilesAreWhatTheGeneratorMakes() throws IOException {
        Map<String, String> committed = new TreeMap<>();
        for (Path file : files()) {
            committed.put(FOLDER.relativize(file).toString(), Files.readString(file));
        }

        assertThat(committed).isEqualTo(GenerateVectors.files());
    }

    @TestFactory
    Stream<DynamicContainer> everyVectorGivesWhatItSays() throws IOException {
        return files().stream()
                .map(file -> DynamicContainer.dynamicContainer(
                        FOLDER.relativize(file).toString(), tests(file)));
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static Stream<DynamicTest> tests(Path file) {
        try {
            return StreamSupport.stream(MAPPER.readTree(file.toFile()).spliterator(), false)
                    .map(vector -> DynamicTest.dynamicTest(vector.get("name").textValue(), () -> replay(vector)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static void replay(JsonNode vector) throws ProtocolException, IOException {
        if (DataReplay.isOne(vector)) {
            DataReplay.replay(vector);
            return;
        }
        Sender sender = Sender.valueOf(vector.get("sender").textValue());
        List<ByteBuffer> frames = new ArrayList<>();
        vector.get("frames").forEach(frame -> frames.add(ByteBuffer.wrap(Hex.read(frame))));
        if (vector.has("error")) {
            ProtocolException refusal =
                    catchThrowableOfType(ProtocolException.class, () -> MessageCodec.decode(frames, sender));
            assertThat(refusal.code().name())
                    .as(refusal.getMessage())
                    .isEqualTo(vector.get("error").textValue());
            return;
        }
        Decoded decoded = MessageCodec.decode(frames, sender);
        if (vector.has("body_error")) {
            ProtocolException refusal = catchThrowableOfType(
                    ProtocolException.class,
                    () -> BodyReplay.replay(
                            decoded.message().kind(), decoded.message().body()));
            assertThat(refusal.code().name())
                    .as(refusal.getMessage())
                    .isEqualTo(vector.get("body_error").textValue());
            return;
        }
        JsonNode message = vector.get("message");
        assertThat(json(decoded)).isEqualTo(((ObjectNode) message.deepCopy()).without("body"));
        assertThat(decoded.message().body().isEmpty()).isEqualTo(!message.has("body"));
        if (vector.get("canonical").booleanValue()) {
            assertThat(MessageCodec.encode(decoded.envelope(), decoded.message()))
                    .isEqualTo(frames);
        }
        if (message.has("body")) {
            Body body = DataReplay.resolved(decoded.message().body(), vector);
            BodyReplay.Outcome outcome = BodyReplay.replay(decoded.message().kind(), body);
            assertThat(MAPPER.readTree(outcome.json().toString())).isEqualTo(message.get("body"));
            assertThat(outcome.again()).isEqualTo(body);
        }
    }

    private static JsonNode json(Decoded decoded) throws IOException {
        Envelope envelope = decoded.envelope();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", decoded.message().kind().wireName());
        json.put("session", envelope.session()).put("incarnation", envelope.incarnation());
        if (envelope.rank() != Envelope.PARENT) {
            json.put("rank", envelope.rank());
        }
        if (envelope.seq() != Envelope.UNNUMBERED) {
            json.put("seq", envelope.seq());
        }
        json.set("fields", Tagged.plain(fields(decoded.message())));
        return MAPPER.readTree(json.toString());
    }

    private static Map<String, @Nullable Object> fields(Object message) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (RecordComponent component : message.getClass().getRecordComponents()) {
            Object value = get(component, message);
            if (value == null || value instanceof Body) {
                continue;
            }
            String name = component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
            if (value instanceof Record error) {
                value = fields(error);
            } else if (value instanceof StreamName stream) {
                value = stream.wireName();
            }
            name = name.equals("awaited")
                    ? "wait"
                    : name.equals("number") ? "code" : name.replaceAll("^(public|secret)_key$", "$1");
            fields.put(name, value);
        }
        return fields;
    }

    private static @Nullable Object get(RecordComponent component, Object message) {
        try {
            return component.getAccessor().invoke(message);
        } catch (ReflectiveOperationException unreadable) {
            throw new IllegalStateException(unreadable);
        }
    }
}
