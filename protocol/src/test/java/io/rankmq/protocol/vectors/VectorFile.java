// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.protocol.Sender;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One file of vectors while it is made. */
final class VectorFile {
    static final int FRAME = 524_288;
    static final int RANK = 3;
    static final int SEQ = 7;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    final ArrayNode vectors = JSON.arrayNode();

    /** A map in the order of the arguments: key, value, key, value. */
    static Map<String, @Nullable Object> map(@Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            map.put(String.valueOf(keysAndValues[i]), keysAndValues[i + 1]);
        }
        return map;
    }

    static Map<String, @Nullable Object> common(Sender sender, String kind, boolean isNumbered) {
        Map<String, @Nullable Object> header = map("v", 1, "kind", kind, "session", "s-1", "incarnation", 2);
        if (sender == Sender.RANK) {
            header.put("rank", RANK);
        }
        if (isNumbered) {
            header.put("seq", SEQ);
        }
        return header;
    }

    /** A message that is good, and that a writer must write just so. */
    void good(
            String name,
            Sender sender,
            String kind,
            boolean isNumbered,
            Map<String, @Nullable Object> fields,
            @Nullable Map<String, @Nullable Object> body) {
        Map<String, @Nullable Object> header = common(sender, kind, isNumbered);
        header.putAll(fields);
        List<byte[]> frames = new ArrayList<>();
        if (body != null) {
            Packer packer = new Packer();
            byte[] bytes = packer.bytes(body);
            header.put("body", bytes.length);
            if (!packer.attachments.isEmpty()) {
                header.put(
                        "attachments",
                        packer.attachments.stream().map(a -> a.length).toList());
            }
            cut(bytes, frames);
            packer.attachments.forEach(attachment -> cut(attachment, frames));
        }
        frames.add(0, Packer.pack(header));
        add(name, sender, frames, true, message(sender, kind, isNumbered, fields, body));
    }

    /** A good message, the large values of which travel by reference. */
    void byReference(
            String name,
            Sender sender,
            String kind,
            Map<String, @Nullable Object> fields,
            Map<String, @Nullable Object> body,
            UnaryOperator<byte[]> digest) {
        Packer packer = new Packer();
        byte[] bytes = packer.bytes(body);
        Map<String, @Nullable Object> header = common(sender, kind, true);
        header.putAll(fields);
        header.put("body", bytes.length);
        List<Object> data = new ArrayList<>();
        packer.attachments.forEach(value -> data.add(List.of(digest.apply(value), value.length)));
        header.put("data", data);
        List<byte[]> frames = new ArrayList<>(List.of(Packer.pack(header)));
        cut(bytes, frames);
        add(name, sender, frames, true, message(sender, kind, true, fields, body));
        ArrayNode values = ((ObjectNode) vectors.get(vectors.size() - 1)).putArray("data");
        packer.attachments.forEach(value -> values.addObject()
                .put("digest", HexFormat.of().formatHex(digest.apply(value)))
                .set("value", Hex.write(value)));
    }

    /** A message that no writer writes, but every reader takes. */
    void liberal(String name, Sender sender, List<byte[]> frames, ObjectNode message) {
        add(name, sender, frames, false, message);
    }

    /** Frames that must be refused in reading the message. */
    void bad(String name, Sender sender, String code, byte[]... frames) {
        add(name, sender, List.of(frames), false, JSON.objectNode().put("error", code));
    }

    /** Frames that are a message, the body of which must be refused. */
    void badBody(String name, String code, byte[] body, byte[]... attachments) {
        Map<String, @Nullable Object> header = common(Sender.PARENT, "EXECUTE", true);
        header.putAll(map("task", "t-1", "name", "train", "body", body.length));
        if (attachments.length > 0) {
            header.put(
                    "attachments", Arrays.stream(attachments).map(a -> a.length).toList());
        }
        List<byte[]> frames = new ArrayList<>(List.of(Packer.pack(header)));
        cut(body, frames);
        for (byte[] attachment : attachments) {
            cut(attachment, frames);
        }
        add(name, Sender.PARENT, frames, false, JSON.objectNode().put("body_error", code));
    }

    static ObjectNode message(
            Sender sender,
            String kind,
            boolean isNumbered,
            Map<String, @Nullable Object> fields,
            @Nullable Map<String, @Nullable Object> body) {
        ObjectNode message = JSON.objectNode();
        message.put("kind", kind).put("session", "s-1").put("incarnation", 2);
        if (sender == Sender.RANK) {
            message.put("rank", RANK);
        }
        if (isNumbered) {
            message.put("seq", SEQ);
        }
        message.set("fields", Tagged.plain(fields));
        if (body != null) {
            message.set("body", Tagged.body(body));
        }
        return JSON.objectNode().set("message", message);
    }

    static void cut(byte[] part, List<byte[]> frames) {
        for (int at = 0; at < part.length; at += FRAME) {
            frames.add(Arrays.copyOfRange(part, at, Math.min(part.length, at + FRAME)));
        }
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private void add(String name, Sender sender, List<byte[]> frames, boolean isCanonical, JsonNode outcome) {
        ObjectNode vector = vectors.addObject().put("name", name).put("sender", sender.name());
        vector.setAll((ObjectNode) outcome);
        if (outcome.has("message")) {
            vector.put("canonical", isCanonical);
        }
        ArrayNode list = vector.putArray("frames");
        frames.forEach(frame -> list.add(Hex.write(frame)));
    }
}
