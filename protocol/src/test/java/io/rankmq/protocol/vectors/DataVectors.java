// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static io.rankmq.protocol.Sender.PARENT;
import static io.rankmq.protocol.Sender.RANK;
import static io.rankmq.protocol.vectors.VectorFile.common;
import static io.rankmq.protocol.vectors.VectorFile.map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.data.HashKind;
import io.rankmq.data.ValueDigest;
import io.rankmq.protocol.Sender;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The data plane: messages with references, digests, messages of the data port. */
final class DataVectors {
    private static final byte[] DIGEST = Hex.repeat(new byte[] {(byte) 0xab}, 16);

    private DataVectors() {}

    static Map<String, VectorFile> all() {
        Map<String, VectorFile> files = new LinkedHashMap<>();
        files.put("data/join", join());
        files.put("data/welcome", welcome());
        files.put("data/references", references());
        files.put("data/bad-references", badReferences());
        files.put("data/digests", digests());
        files.put("data/port", port());
        files.put("data/bad-port", badPort());
        return files;
    }

    private static VectorFile join() {
        VectorFile file = new VectorFile();
        Map<String, @Nullable Object> join = map("min_version", 1, "max_version", 1, "world_size", 4, "applied", 0);
        join.putAll(map("host", "h", "pid", 7, "language", "python", "runtime", "Python 3.11.7", "data", 1));
        file.good("resolves references", RANK, "JOIN", false, join, null);
        Map<String, @Nullable Object> store = new LinkedHashMap<>(join);
        store.put("store", "0123456789abcdef0123456789abcdef");
        file.good("has a store", RANK, "JOIN", false, store, null);
        return file;
    }

    private static VectorFile welcome() {
        VectorFile file = new VectorFile();
        Map<String, @Nullable Object> welcome = map("version", 1, "world_size", 4, "newest", 0, "heartbeat", 500);
        welcome.putAll(map("lease", 10000, "event_window", 1024, "data", 1));
        file.good("resolves references", PARENT, "WELCOME", false, welcome, null);
        Map<String, @Nullable Object> store = new LinkedHashMap<>(welcome);
        store.put("store", 1);
        file.good("the same store", PARENT, "WELCOME", false, store, null);
        return file;
    }

    private static VectorFile references() {
        VectorFile file = new VectorFile();
        byte[] ones = Hex.repeat(new byte[] {0, 0, -128, 63}, 16385);
        Map<String, @Nullable Object> body = map(
                "shareable",
                map(
                        "headers",
                        map(),
                        "values",
                        map(
                                "t",
                                new Packer.T("float32", List.of(5L, 3277L), "C", ones),
                                "b",
                                Hex.repeat(new byte[] {9}, 65537),
                                "again",
                                ones)),
                "context",
                map());
        for (HashKind kind : HashKind.values()) {
            file.byReference(
                    "an EXECUTE, " + kind.wireName(),
                    PARENT,
                    "EXECUTE",
                    map("task", "t-1", "name", "train", "reply", List.of(0)),
                    body,
                    value -> digest(kind, value));
        }
        Map<String, @Nullable Object> reply = map("shareable", body.get("shareable"));
        file.byReference(
                "a RESULT",
                RANK,
                "RESULT",
                map("applied", 2, "task", "t-1", "return_code", "OK"),
                reply,
                value -> digest(HashKind.XXH3_128, value));
        return file;
    }

    private static VectorFile badReferences() {
        VectorFile file = new VectorFile();
        byte[] short15 = new byte[15];
        bad(file, "no reference", "MALFORMED", List.of());
        bad(file, "a digest of 15 bytes", "MALFORMED", List.of(List.of(short15, 70000)));
        bad(file, "a digest that is text", "MALFORMED", List.of(List.of("0123456789abcdef", 70000)));
        bad(file, "a value that fits the message", "MALFORMED", List.of(List.of(DIGEST, 65536)));
        bad(file, "a value beyond 2^40", "MALFORMED", List.of(List.of(DIGEST, (1L << 40) + 1)));
        bad(file, "a reference of three", "MALFORMED", List.of(List.of(DIGEST, 70000, 1)));
        bad(file, "no array", "MALFORMED", 1);
        Map<String, @Nullable Object> both = execute(List.of(List.of(DIGEST, 70000)));
        both.put("attachments", List.of(70000));
        file.bad(
                "attachments beside data",
                PARENT,
                "MALFORMED",
                Packer.pack(both),
                new byte[] {(byte) 0x80},
                new byte[70000]);
        Map<String, @Nullable Object> bodiless = common(RANK, "RESULT", true);
        bodiless.putAll(map("applied", 2, "task", "t", "return_code", "OK", "data", List.of(List.of(DIGEST, 70000))));
        file.bad("data without a body", RANK, "MALFORMED", Packer.pack(bodiless));
        return file;
    }

    private static Map<String, @Nullable Object> execute(Object data) {
        Map<String, @Nullable Object> header = common(PARENT, "EXECUTE", true);
        header.putAll(map("task", "t-1", "name", "train", "body", 1, "data", data));
        return header;
    }

    private static void bad(VectorFile file, String name, String code, Object data) {
        file.bad(name, PARENT, code, Packer.pack(execute(data)), new byte[] {(byte) 0x80});
    }

    private static VectorFile digests() {
        VectorFile file = new VectorFile();
        for (int size : new int[] {0, 1, 65_537, 1 << 20, (1 << 20) + 1, (3 << 20) + 5}) {
            ObjectNode vector = file.vectors.addObject().put("name", size + " bytes");
            vector.put("size", size);
            vector.put("sum", HashKind.sum(ByteBuffer.wrap(pattern(Math.min(size, VectorFile.FRAME)))));
            for (HashKind kind : HashKind.values()) {
                vector.put(kind.wireName(), HexFormat.of().formatHex(digest(kind, pattern(size))));
            }
        }
        return file;
    }

    /** Byte i is (i * 31 + i / 1,000) modulo 256. */
    static byte[] pattern(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31 + i / 1000);
        }
        return bytes;
    }

    static byte[] digest(HashKind kind, byte[] value) {
        ValueDigest digest = new ValueDigest(kind, value.length);
        for (int at = 0; at == 0 || at < value.length; at += ValueDigest.BLOCK_BYTES) {
            digest.block(at / ValueDigest.BLOCK_BYTES, value, at, Math.min(ValueDigest.BLOCK_BYTES, value.length - at));
        }
        return HexFormat.of().parseHex(digest.finish().hex());
    }

    private static VectorFile port() {
        VectorFile file = new VectorFile();
        byte[] payload = {1, 2, 3, 4};
        long sum = HashKind.sum(ByteBuffer.wrap(payload));
        byte[] sha = Hex.repeat(new byte[] {(byte) 0xcd}, 32);
        onPort(file, "a rank is there", RANK, "HELLO", map());
        onPort(file, "a rank asks", RANK, "FETCH", map("digest", DIGEST, "offset", 0, "length", 524_288));
        onPort(file, "the parent asks", PARENT, "FETCH", map("digest", sha, "offset", 1L << 39, "length", 1));
        onPort(
                file,
                "a chunk",
                PARENT,
                "CHUNK",
                map("digest", DIGEST, "offset", 262_144, "length", 4, "sum", sum),
                payload);
        onPort(
                file,
                "a chunk of a rank",
                RANK,
                "CHUNK",
                map("digest", DIGEST, "offset", 0, "length", 4, "sum", sum),
                payload);
        onPort(file, "gone", PARENT, "GONE", map("digest", DIGEST, "reason", "the task has ended"));
        return file;
    }

    private static void onPort(
            VectorFile file,
            String name,
            Sender sender,
            String kind,
            Map<String, @Nullable Object> fields,
            byte[]... more) {
        List<byte[]> frames = new ArrayList<>();
        Map<String, @Nullable Object> header = common(sender, kind, false);
        header.putAll(fields);
        frames.add(Packer.pack(header));
        frames.addAll(Arrays.asList(more));
        ObjectNode vector = file.vectors.addObject().put("name", name).put("sender", sender.name());
        ObjectNode shown = vector.putObject("port").put("kind", kind);
        fields.forEach((key, value) -> {
            if (value instanceof byte[] digest) {
                shown.put(key, HexFormat.of().formatHex(digest));
            } else {
                shown.set(key, Tagged.plain(value));
            }
        });
        ArrayNode list = vector.putArray("frames");
        frames.forEach(frame -> list.add(Hex.write(frame)));
    }

    private static VectorFile badPort() {
        VectorFile file = new VectorFile();
        badOnPort(file, "HELLO of the parent", PARENT, "FORBIDDEN", "HELLO", map());
        badOnPort(file, "no such kind", RANK, "MALFORMED", "PUSH", map());
        badOnPort(file, "no length", RANK, "MALFORMED", "FETCH", map("digest", DIGEST, "offset", 0));
        badOnPort(file, "length 0", RANK, "MALFORMED", "FETCH", map("digest", DIGEST, "offset", 0, "length", 0));
        badOnPort(file, "too long", RANK, "MALFORMED", "FETCH", map("digest", DIGEST, "offset", 0, "length", 524_289));
        badOnPort(file, "no digest", RANK, "MALFORMED", "GONE", map("digest", new byte[17], "reason", ""));
        Map<String, @Nullable Object> chunk = map("digest", DIGEST, "offset", 0, "length", 4, "sum", 0);
        badOnPort(file, "no payload", PARENT, "MALFORMED", "CHUNK", chunk);
        badOnPort(file, "a short payload", PARENT, "MALFORMED", "CHUNK", chunk, new byte[3]);
        badOnPort(file, "two payloads", PARENT, "MALFORMED", "CHUNK", chunk, new byte[4], new byte[1]);
        return file;
    }

    private static void badOnPort(
            VectorFile file,
            String name,
            Sender sender,
            String code,
            String kind,
            Map<String, @Nullable Object> fields,
            byte[]... more) {
        Map<String, @Nullable Object> header = common(sender, kind, false);
        header.putAll(fields);
        ObjectNode vector = file.vectors.addObject().put("name", name).put("sender", sender.name());
        vector.put("port_error", code);
        ArrayNode list = vector.putArray("frames").add(Hex.write(Packer.pack(header)));
        for (byte[] frame : more) {
            list.add(Hex.write(frame));
        }
    }
}
