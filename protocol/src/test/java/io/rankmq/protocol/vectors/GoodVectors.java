// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static io.rankmq.protocol.Sender.CLAIMANT;
import static io.rankmq.protocol.Sender.PARENT;
import static io.rankmq.protocol.Sender.RANK;
import static io.rankmq.protocol.vectors.VectorFile.map;

import io.rankmq.protocol.vectors.Packer.P;
import io.rankmq.protocol.vectors.Packer.T;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** At least one good message of each kind. */
final class GoodVectors {
    static final Map<String, @Nullable Object> NO_SHAREABLE = map("headers", map(), "values", map());
    static final Map<String, @Nullable Object> CHANGES = map(
            "set",
            map("loss", new P(0.25, false, false), "best", new P(3L, true, true)),
            "removed",
            List.of("old", "older"));

    private static final Map<String, @Nullable Object> CONTEXT = map(
            "job", new P("digits", false, true), "rank_number", new P(3, true, true), "tmp", new P(null, true, false));
    private static final Map<String, @Nullable Object> ERROR = map(
            "code", 30, "message", "the executor threw: no data", "type", "java.io.IOException", "trace", "at a\nat b");

    private GoodVectors() {}

    static Map<String, VectorFile> all() {
        Map<String, VectorFile> files = new LinkedHashMap<>();
        files.put("initialize", initialize());
        files.put("execute", execute());
        files.put("execute-values", values());
        files.put("execute-attachments", attachments());
        files.put("handle-event", handleEvent());
        files.put("abort", abort());
        files.put("close", one(PARENT, "CLOSE", true, map("grace", 5000, "reason", "the job is done")));
        files.put("probe", probe());
        files.put("heartbeat", heartbeat());
        files.put("welcome", welcome());
        files.put("refuse", refuse());
        files.put("ack", ack());
        files.put("resend", resend());
        files.put("event-reply", eventReply());
        files.put("join", join());
        files.put("echo", one(RANK, "ECHO", false, map("nonce", 1234567890123L)));
        files.put("initialized", initialized());
        files.put("result", result());
        files.put("event-handled", eventHandled());
        files.put("failed", one(RANK, "FAILED", true, map("applied", 9, "error", ERROR)));
        files.put("leaving", one(RANK, "LEAVING", true, map("applied", 9, "reason", "closed")));
        files.put("event", event());
        files.put("claim", claim());
        files.put(
                "claimed",
                one(PARENT, "CLAIMED", false, map("nonce", -9223372036854775808L, "claims", 1, "world_size", 4)));
        files.put("assign", assign());
        files.put("mark", one(RANK, "MARK", false, map("newest", 9007199254740992L)));
        return files;
    }

    private static VectorFile one(
            io.rankmq.protocol.Sender sender, String kind, boolean isNumbered, Map<String, @Nullable Object> fields) {
        VectorFile file = new VectorFile();
        file.good("plain", sender, kind, isNumbered, fields, null);
        return file;
    }

    private static VectorFile initialize() {
        VectorFile file = new VectorFile();
        file.good(
                "empty",
                PARENT,
                "INITIALIZE",
                true,
                map(),
                map("executor", "e", "components", List.of(), "context", map()));
        Map<String, @Nullable Object> trainer =
                map("id", "trainer", "path", "org.example.Trainer", "args", map("lr", 0.5, "layers", List.of(64, 10)));
        Map<String, @Nullable Object> reader = map(
                "id", "reader", "path", map("java", "org.example.Reader", "python", "example.Reader"), "args", map());
        file.good(
                "two components and a context",
                PARENT,
                "INITIALIZE",
                true,
                map(),
                map("executor", "trainer", "components", List.of(trainer, reader), "context", CONTEXT));
        return file;
    }

    private static VectorFile execute() {
        VectorFile file = new VectorFile();
        Map<String, @Nullable Object> empty = map("shareable", NO_SHAREABLE, "context", map());
        file.good("empty, all reply", PARENT, "EXECUTE", true, map("task", "t-1", "name", "train"), empty);
        file.good(
                "rank 0 replies",
                PARENT,
                "EXECUTE",
                true,
                map("task", "t-1", "name", "train", "reply", List.of(0)),
                empty);
        file.good(
                "nobody replies",
                PARENT,
                "EXECUTE",
                true,
                map("task", "t-1", "name", "train", "reply", List.of()),
                empty);
        file.good(
                "sixteen reply, names beyond ASCII",
                PARENT,
                "EXECUTE",
                true,
                map(
                        "task",
                        "",
                        "name",
                        "übung \uD83C\uDF0D",
                        "reply",
                        List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 127, 128, 65535)),
                empty);
        file.good(
                "the longest name",
                PARENT,
                "EXECUTE",
                true,
                map("task", "t", "name", "\uD83C\uDF0D".repeat(4096)),
                empty);
        file.good(
                "a context with marks",
                PARENT,
                "EXECUTE",
                true,
                map("task", "t-1", "name", "train"),
                map("shareable", NO_SHAREABLE, "context", CONTEXT));
        return file;
    }

    private static Map<String, @Nullable Object> sharing(Map<String, @Nullable Object> values) {
        return map("shareable", map("headers", map("return_code", "OK"), "values", values), "context", map());
    }

    private static void values(VectorFile file, String name, Map<String, @Nullable Object> values) {
        file.good(name, PARENT, "EXECUTE", true, map("task", "t-1", "name", "train"), sharing(values));
    }

    private static VectorFile values() {
        VectorFile file = new VectorFile();
        Map<String, @Nullable Object> ints = map();
        for (long n : new long[] {0, 127, 128, 255, 256, 65535, 65536, 4294967295L, 4294967296L, Long.MAX_VALUE}) {
            ints.put("i" + n, n);
        }
        for (long n :
                new long[] {-1, -32, -33, -128, -129, -32768, -32769, -2147483648L, -2147483649L, Long.MIN_VALUE}) {
            ints.put("i" + n, n);
        }
        values(file, "integers of every size", ints);
        values(
                file,
                "nil, bool, floats",
                map(
                        "nil",
                        null,
                        "yes",
                        true,
                        "no",
                        false,
                        "zero",
                        0.0,
                        "minus zero",
                        -0.0,
                        "pi",
                        Math.PI,
                        "tiny",
                        Double.MIN_VALUE,
                        "infinite",
                        Double.NEGATIVE_INFINITY,
                        "nan",
                        Double.NaN));
        values(
                file,
                "texts",
                map(
                        "empty",
                        "",
                        "31",
                        "x".repeat(31),
                        "32",
                        "x".repeat(32),
                        "256",
                        "x".repeat(256),
                        "65536",
                        "x".repeat(65536),
                        "beyond",
                        "äöü € \uD83D\uDE80 \u0000"));
        values(
                file,
                "bins",
                map(
                        "empty",
                        new byte[0],
                        "three",
                        new byte[] {0, 1, -1},
                        "256",
                        new byte[256],
                        "inline at most",
                        new byte[65536]));
        values(
                file,
                "nested",
                map(
                        "list",
                        List.of(List.of(), 1, "two", List.of(3.0)),
                        "map",
                        map("a", map("b", map()), "", 1),
                        "sixteen",
                        List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)));
        values(file, "as deep as it goes", map("deep", nested(61)));
        Map<String, @Nullable Object> tensors = map();
        for (String type : List.of(
                "bool",
                "int8",
                "uint8",
                "int16",
                "uint16",
                "int32",
                "uint32",
                "int64",
                "uint64",
                "float16",
                "float32",
                "float64",
                "complex64",
                "complex128")) {
            tensors.put(type, new T(type, List.of(2L), "C", new byte[2 * size(type)]));
        }
        values(file, "a tensor of every type", tensors);
        values(
                file,
                "tensors of every shape",
                map(
                        "scalar", new T("float64", List.of(), "C", new byte[] {0, 0, 0, 0, 0, 0, -16, 63}),
                        "empty", new T("float32", List.of(0L), "C", new byte[0]),
                        "empty of two", new T("float32", List.of(3L, 0L), "F", new byte[0]),
                        "columns",
                                new T("int16", List.of(2L, 3L), "F", new byte[] {1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0}),
                        "truth", new T("bool", List.of(3L), "C", new byte[] {1, 0, 1}),
                        "32 dimensions", new T("uint8", java.util.Collections.nCopies(32, 1L), "C", new byte[] {7}),
                        "inline at most", new T("uint8", List.of(65536L), "C", new byte[65536])));
        return file;
    }

    private static @Nullable Object nested(int depth) {
        Object value = List.of();
        for (int i = 1; i < depth; i++) {
            value = List.of(value);
        }
        return value;
    }

    private static int size(String type) {
        return switch (type) {
            case "complex128" -> 16;
            case "int64", "uint64", "float64", "complex64" -> 8;
            case "int32", "uint32", "float32" -> 4;
            case "int16", "uint16", "float16" -> 2;
            default -> 1;
        };
    }

    private static VectorFile attachments() {
        VectorFile file = new VectorFile();
        byte[] ones = Hex.repeat(new byte[] {0, 0, -128, 63}, 16385);
        values(file, "a tensor of one frame", map("ones", new T("float32", List.of(5L, 3277L), "C", ones)));
        values(file, "bytes of one frame", map("bytes", Hex.repeat(new byte[] {9}, 65537)));
        values(
                file,
                "three, numbered as met",
                map(
                        "b",
                        Hex.repeat(new byte[] {2}, 65537),
                        "a",
                        List.of(new T("uint8", List.of(65538L), "C", Hex.repeat(new byte[] {3}, 65538)), "between"),
                        "c",
                        Hex.repeat(new byte[] {4}, 65539)));
        values(file, "exactly a frame", map("t", new T("uint8", List.of(524288L), "C", new byte[524288])));
        values(file, "a byte more than a frame", map("t", new T("uint8", List.of(524289L), "C", new byte[524289])));
        values(
                file,
                "a tensor of three frames",
                map("ones", new T("float32", List.of(262145L), "C", Hex.repeat(new byte[] {0, 0, -128, 63}, 262145))));
        values(file, "a body of two frames", map("text", "x".repeat(600000)));
        return file;
    }

    private static VectorFile handleEvent() {
        VectorFile file = new VectorFile();
        file.good("all reply", PARENT, "HANDLE_EVENT", true, map("event", "start_run"), map("context", map()));
        file.good(
                "rank 0 replies",
                PARENT,
                "HANDLE_EVENT",
                true,
                map("event", "round", "reply", List.of(0)),
                map("context", CONTEXT));
        return file;
    }

    private static VectorFile abort() {
        VectorFile file = new VectorFile();
        file.good("one task", PARENT, "ABORT", true, map("task", "t-1", "reason", "the user asked"), null);
        file.good("every task", PARENT, "ABORT", true, map("reason", ""), null);
        return file;
    }

    private static VectorFile probe() {
        VectorFile file = new VectorFile();
        for (long nonce : new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE}) {
            file.good("nonce " + nonce, PARENT, "PROBE", false, map("nonce", nonce), null);
        }
        return file;
    }

    private static VectorFile heartbeat() {
        VectorFile file = new VectorFile();
        file.good("of the parent", PARENT, "HEARTBEAT", false, map("newest", 0), null);
        file.good("of a rank", RANK, "HEARTBEAT", false, map("applied", 300, "newest", 70000), null);
        return file;
    }

    private static VectorFile welcome() {
        return one(
                PARENT,
                "WELCOME",
                false,
                map(
                        "version",
                        1,
                        "world_size",
                        65536,
                        "newest",
                        0,
                        "heartbeat",
                        500,
                        "lease",
                        10000,
                        "event_window",
                        1024));
    }

    private static VectorFile refuse() {
        VectorFile file = new VectorFile();
        file.good(
                "known code",
                PARENT,
                "REFUSE",
                false,
                map("error", map("code", 6, "message", "the world size is 4, not 5")),
                null);
        file.good("code of a newer peer", PARENT, "REFUSE", false, map("error", map("code", 999, "message", "")), null);
        return file;
    }

    private static VectorFile ack() {
        VectorFile file = new VectorFile();
        file.good("reports", PARENT, "ACK", false, map("stream", "reports", "upto", 0), null);
        file.good("events", PARENT, "ACK", false, map("stream", "events", "upto", 200), null);
        file.good("commands", RANK, "ACK", false, map("stream", "commands", "upto", 9007199254740992L), null);
        return file;
    }

    private static VectorFile resend() {
        VectorFile file = new VectorFile();
        file.good("reports", PARENT, "RESEND", false, map("stream", "reports", "from", 1), null);
        file.good("commands", RANK, "RESEND", false, map("stream", "commands", "from", 33), null);
        return file;
    }

    private static VectorFile eventReply() {
        VectorFile file = new VectorFile();
        file.good("nothing changed", PARENT, "EVENT_REPLY", false, map("event_seq", 5), null);
        file.good("changes", PARENT, "EVENT_REPLY", false, map("event_seq", 5), map("changes", CHANGES));
        file.good("error", PARENT, "EVENT_REPLY", false, map("event_seq", 5, "error", ERROR), null);
        return file;
    }

    private static VectorFile claim() {
        VectorFile file = new VectorFile();
        Map<String, @Nullable Object> fields = map(
                "min_version",
                1,
                "max_version",
                2,
                "nonce",
                9223372036854775807L,
                "host",
                "node-1",
                "address",
                "10.1.2.3",
                "port",
                65535,
                "pid",
                77,
                "language",
                "python");
        file.good("without a slot", CLAIMANT, "CLAIM", false, fields, null);
        Map<String, @Nullable Object> withSlot = new LinkedHashMap<>(fields);
        withSlot.put("slot", 1);
        file.good("with a slot", CLAIMANT, "CLAIM", false, withSlot, null);
        return file;
    }

    private static VectorFile assign() {
        return one(
                PARENT,
                "ASSIGN",
                false,
                map(
                        "nonce",
                        9223372036854775807L,
                        "assigned",
                        3,
                        "world_size",
                        4,
                        "local_rank",
                        1,
                        "local_world_size",
                        2,
                        "group_rank",
                        1,
                        "master_addr",
                        "10.1.2.2",
                        "master_port",
                        40001,
                        "public",
                        "0".repeat(40),
                        "secret",
                        "1".repeat(40)));
    }

    private static VectorFile join() {
        return one(
                RANK,
                "JOIN",
                false,
                map(
                        "min_version",
                        1,
                        "max_version",
                        2147483647,
                        "world_size",
                        4,
                        "applied",
                        0,
                        "host",
                        "node-1.example.org",
                        "pid",
                        4194304,
                        "language",
                        "python",
                        "runtime",
                        "Python 3.11.7"));
    }

    private static VectorFile initialized() {
        VectorFile file = new VectorFile();
        file.good("ready", RANK, "INITIALIZED", true, map("applied", 1), null);
        file.good("ready, with changes", RANK, "INITIALIZED", true, map("applied", 1), map("changes", CHANGES));
        file.good(
                "not ready",
                RANK,
                "INITIALIZED",
                true,
                map("applied", 1, "error", map("code", 20, "message", "not allowed")),
                null);
        return file;
    }

    private static VectorFile result() {
        VectorFile file = new VectorFile();
        Map<String, @Nullable Object> ok = map("applied", 2, "task", "t-1", "return_code", "OK");
        file.good("asked for nothing", RANK, "RESULT", true, ok, null);
        file.good("nothing to tell", RANK, "RESULT", true, ok, map());
        file.good("shareable", RANK, "RESULT", true, ok, map("shareable", NO_SHAREABLE));
        file.good(
                "shareable and changes",
                RANK,
                "RESULT",
                true,
                ok,
                map(
                        "shareable",
                        map(
                                "headers",
                                map("return_code", "OK"),
                                "values",
                                map("w", new T("float32", List.of(1L), "C", new byte[4]))),
                        "changes",
                        CHANGES));
        file.good(
                "failed",
                RANK,
                "RESULT",
                true,
                map("applied", 2, "task", "t-1", "return_code", "EXECUTION_EXCEPTION", "error", ERROR),
                null);
        file.good(
                "the longest error",
                RANK,
                "RESULT",
                true,
                map(
                        "applied",
                        2,
                        "task",
                        "t-1",
                        "return_code",
                        "EXECUTION_EXCEPTION",
                        "error",
                        map("code", 30, "message", "é".repeat(4096), "trace", "é".repeat(16384))),
                null);
        return file;
    }

    private static VectorFile eventHandled() {
        VectorFile file = new VectorFile();
        file.good("handled", RANK, "EVENT_HANDLED", true, map("applied", 4, "command", 4), null);
        file.good("changes", RANK, "EVENT_HANDLED", true, map("applied", 4, "command", 4), map("changes", CHANGES));
        file.good("failed", RANK, "EVENT_HANDLED", true, map("applied", 4, "command", 4, "error", ERROR), null);
        return file;
    }

    private static VectorFile event() {
        VectorFile file = new VectorFile();
        file.good("waits", RANK, "EVENT", true, map("event", "metrics", "wait", true), map("context", CONTEXT));
        file.good("does not wait", RANK, "EVENT", true, map("event", "metrics", "wait", false), map("context", map()));
        return file;
    }
}
