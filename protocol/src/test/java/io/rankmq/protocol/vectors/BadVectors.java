// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static io.rankmq.protocol.Sender.CLAIMANT;
import static io.rankmq.protocol.Sender.PARENT;
import static io.rankmq.protocol.Sender.RANK;
import static io.rankmq.protocol.vectors.VectorFile.common;
import static io.rankmq.protocol.vectors.VectorFile.join;
import static io.rankmq.protocol.vectors.VectorFile.map;

import io.rankmq.protocol.Sender;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers and frames that no writer writes: a few that every reader takes, and many that it refuses. */
final class BadVectors {
    private static final String MALFORMED = "MALFORMED";
    private static final String LIMIT = "LIMIT_EXCEEDED";
    private static final Map<String, @Nullable Object> BEAT =
            with(common(RANK, "HEARTBEAT", false), "applied", 2, "newest", 1);
    private static final Map<String, @Nullable Object> EXECUTE =
            with(common(PARENT, "EXECUTE", true), "task", "t", "name", "n");

    private BadVectors() {}

    static Map<String, VectorFile> all() {
        Map<String, VectorFile> files = new LinkedHashMap<>();
        files.put("liberal", liberal());
        files.put("bad-bytes", bytes());
        files.put("bad-fields", fields());
        files.put("bad-senders", senders());
        files.put("bad-frames", frames());
        return files;
    }

    static Map<String, @Nullable Object> with(Map<String, @Nullable Object> base, @Nullable Object... keysAndValues) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(base);
        copy.putAll(map(keysAndValues));
        return copy;
    }

    private static Map<String, @Nullable Object> without(Map<String, @Nullable Object> base, String key) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>(base);
        copy.remove(key);
        return copy;
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }

    /** A map whose header says one entry more than {@code base} has, followed by these bytes. */
    private static byte[] extended(Map<String, @Nullable Object> base, byte[]... entry) {
        byte[] bytes = Packer.pack(base);
        bytes[0]++;
        return join(bytes, join(entry));
    }

    private static VectorFile liberal() {
        VectorFile file = new VectorFile();
        var beat = VectorFile.message(RANK, "HEARTBEAT", false, map("applied", 2, "newest", 1), null);
        take(file, "unknown keys", Packer.pack(with(BEAT, "zz", List.of(1, map("a", null)), "", new byte[3])), beat);
        take(
                file,
                "an unknown extension under an unknown key",
                Packer.pack(
                        with(BEAT, "zz", List.of(new Packer.Ext(-1, new byte[4]), new Packer.Ext(99, new byte[300])))),
                beat);
        take(
                file,
                "a field of another kind, of any type",
                Packer.pack(with(BEAT, "task", 5, "stream", null, "error", "no")),
                beat);
        Map<String, @Nullable Object> reversed = new LinkedHashMap<>();
        List<String> keys = new java.util.ArrayList<>(BEAT.keySet());
        java.util.Collections.reverse(keys);
        keys.forEach(key -> reversed.put(key, BEAT.get(key)));
        take(file, "another order", Packer.pack(reversed), beat);
        byte[] longInts = Packer.pack(with(
                BEAT,
                "v",
                raw("cf 0000000000000001"),
                "incarnation",
                raw("d3 0000000000000002"),
                "rank",
                raw("d1 0003"),
                "applied",
                raw("ce 00000002"),
                "newest",
                raw("cc 01"),
                "kind",
                raw("da 0009 484541525442454154")));
        take(file, "longer encodings", longInts, beat);
        byte[] mapWithLongHeader = Packer.pack(BEAT);
        take(
                file,
                "a longer map header",
                join(hex("df 00000007"), Arrays.copyOfRange(mapWithLongHeader, 1, mapWithLongHeader.length)),
                beat);
        take(file, "an unknown key nested 63 deep", Packer.pack(with(BEAT, "zz", raw("91".repeat(62) + "c0"))), beat);
        Map<String, @Nullable Object> error = map("code", 30, "message", "m");
        Map<String, @Nullable Object> failed =
                with(common(RANK, "FAILED", true), "applied", 1, "error", with(error, "zz", List.of()));
        take(
                file,
                "an unknown key in an error",
                Packer.pack(failed),
                VectorFile.message(RANK, "FAILED", true, map("applied", 1, "error", error), null));
        return file;
    }

    private static void take(
            VectorFile file, String name, byte[] header, com.fasterxml.jackson.databind.node.ObjectNode message) {
        file.liberal(name, RANK, List.of(header), message);
    }

    private static Packer.Raw raw(String digits) {
        return new Packer.Raw(hex(digits));
    }

    private static VectorFile bytes() {
        VectorFile file = new VectorFile();
        byte[] beat = Packer.pack(BEAT);
        file.bad("no frame at all", RANK, MALFORMED);
        file.bad("an empty header", RANK, MALFORMED, new byte[0]);
        for (int cut : new int[] {1, 2, 3, 4, 9, 18, 30, beat.length - 9, beat.length - 1}) {
            file.bad("cut after byte " + cut, RANK, MALFORMED, Arrays.copyOf(beat, cut));
        }
        file.bad("a byte too many", RANK, MALFORMED, join(beat, hex("c0")));
        file.bad("two headers in one frame", RANK, MALFORMED, join(beat, beat));
        file.bad("an array", RANK, MALFORMED, Packer.pack(List.of(BEAT)));
        file.bad("nil", RANK, MALFORMED, hex("c0"));
        file.bad("a byte that is no msgpack", RANK, MALFORMED, extended(BEAT, hex("a2 7a7a c1")));
        file.bad("a map of 2^32-1 entries", RANK, MALFORMED, hex("df ffffffff a1 76 01"));
        file.bad("an array of 2^32-1 elements", RANK, MALFORMED, extended(BEAT, hex("a2 7a7a dd ffffffff 00")));
        file.bad("a text of 2^32-1 bytes", RANK, MALFORMED, extended(BEAT, hex("a2 7a7a db ffffffff 00")));
        file.bad("a bin of 2^31 bytes", RANK, MALFORMED, extended(BEAT, hex("a2 7a7a c6 80000000 00")));
        file.bad("an extension of 2^32-1 bytes", RANK, MALFORMED, extended(BEAT, hex("a2 7a7a c9 ffffffff 01 00")));
        file.bad(
                "nested 100000 deep",
                RANK,
                MALFORMED,
                extended(BEAT, hex("a2 7a7a"), Hex.repeat(hex("91"), 100_000), hex("c0")));
        file.bad(
                "a repeated key",
                RANK,
                MALFORMED,
                extended(BEAT, hex("a6"), "newest".getBytes(java.nio.charset.StandardCharsets.US_ASCII), hex("01")));
        file.bad("a repeated unknown key", RANK, MALFORMED, extended(with(BEAT, "zz", 1), hex("a2 7a7a 01")));
        file.bad("a key that is an int", RANK, MALFORMED, extended(BEAT, hex("07 01")));
        file.bad("a key that is nil", RANK, MALFORMED, extended(BEAT, hex("c0 01")));
        file.bad("a key that is a bin", RANK, MALFORMED, extended(BEAT, hex("c4 02 7a7a 01")));
        file.bad("a session that is not UTF-8", RANK, MALFORMED, Packer.pack(with(BEAT, "session", raw("a2 c328"))));
        file.bad("a header of one frame and a byte", RANK, LIMIT, new byte[VectorFile.FRAME + 1]);
        return file;
    }

    private static VectorFile fields() {
        VectorFile file = new VectorFile();
        for (String key : BEAT.keySet()) {
            file.bad("without " + key, RANK, MALFORMED, Packer.pack(without(BEAT, key)));
            file.bad("nil as " + key, RANK, MALFORMED, Packer.pack(with(BEAT, key, null)));
            file.bad("float as " + key, RANK, MALFORMED, Packer.pack(with(BEAT, key, 1.0)));
            file.bad("bin as " + key, RANK, MALFORMED, Packer.pack(with(BEAT, key, new byte[] {1})));
        }
        file.bad("another version", RANK, "UNSUPPORTED_VERSION", Packer.pack(with(BEAT, "v", 2)));
        file.bad("version 0", RANK, "UNSUPPORTED_VERSION", Packer.pack(with(BEAT, "v", 0)));
        file.bad("true as version", RANK, MALFORMED, Packer.pack(with(BEAT, "v", true)));
        file.bad("an unknown kind", RANK, MALFORMED, Packer.pack(with(BEAT, "kind", "HARTBEAT")));
        for (String session : new String[] {"", "S-1", "s_1", "s/1", "s".repeat(65), "ß"}) {
            file.bad("session '" + session + "'", RANK, MALFORMED, Packer.pack(with(BEAT, "session", session)));
        }
        range(file, "incarnation", -1, 2147483648L);
        range(file, "rank", -1, 65536);
        range(file, "applied", -1, 9007199254740993L);
        file.bad("newest over 2^63-1", RANK, MALFORMED, Packer.pack(with(BEAT, "newest", raw("cf 8000000000000000"))));
        file.bad("a number in an unnumbered message", RANK, MALFORMED, Packer.pack(with(BEAT, "seq", 1)));
        Map<String, @Nullable Object> close = with(common(PARENT, "CLOSE", true), "grace", 0, "reason", "r");
        file.bad("number 0", PARENT, MALFORMED, Packer.pack(with(close, "seq", 0)));
        file.bad("number over 2^53", PARENT, MALFORMED, Packer.pack(with(close, "seq", 9007199254740993L)));
        file.bad("no number", PARENT, MALFORMED, Packer.pack(without(close, "seq")));
        file.bad("a grace of -1", PARENT, MALFORMED, Packer.pack(with(close, "grace", -1)));
        file.bad("a reason of 4097 characters", PARENT, LIMIT, Packer.pack(with(close, "reason", "é".repeat(4097))));
        Map<String, @Nullable Object> abort = with(common(PARENT, "ABORT", true), "reason", "r");
        file.bad("nil in place of an absent task", PARENT, MALFORMED, Packer.pack(with(abort, "task", null)));
        Map<String, @Nullable Object> welcome = with(
                common(PARENT, "WELCOME", false),
                "version",
                1,
                "world_size",
                0,
                "newest",
                0,
                "heartbeat",
                1,
                "lease",
                1,
                "event_window",
                1);
        file.bad("a world of nobody", PARENT, MALFORMED, Packer.pack(welcome));
        file.bad("a world too large", PARENT, MALFORMED, Packer.pack(with(welcome, "world_size", 65537)));
        for (Object reply : new Object[] {0, List.of(-1), List.of(65536), List.of("0"), map()}) {
            file.bad(
                    "reply " + reply,
                    PARENT,
                    MALFORMED,
                    Packer.pack(with(EXECUTE, "reply", reply, "body", 1)),
                    hex("80"));
        }
        errors(file);
        return file;
    }

    private static void range(VectorFile file, String key, long below, long above) {
        file.bad(key + " " + below, RANK, MALFORMED, Packer.pack(with(BEAT, key, below)));
        file.bad(key + " " + above, RANK, MALFORMED, Packer.pack(with(BEAT, key, above)));
    }

    private static void errors(VectorFile file) {
        Map<String, @Nullable Object> failed = with(common(RANK, "FAILED", true), "applied", 1);
        Map<String, @Nullable Object> error = map("code", 30, "message", "m");
        error(file, "an error that is a text", failed, "no", MALFORMED);
        error(file, "an error without code", failed, without(error, "code"), MALFORMED);
        error(file, "an error without message", failed, without(error, "message"), MALFORMED);
        error(file, "an error with nil as type", failed, with(error, "type", null), MALFORMED);
        error(file, "an error with code -1", failed, with(error, "code", -1), MALFORMED);
        error(
                file,
                "an error with a repeated key",
                failed,
                raw("83 a4 636f6465 1e a7 6d657373616765 a0 a4 636f6465 1e"),
                MALFORMED);
        error(file, "a message of 4097 characters", failed, with(error, "message", "m".repeat(4097)), LIMIT);
        error(file, "a trace of 16385 characters", failed, with(error, "trace", "m".repeat(16385)), LIMIT);
    }

    private static void error(
            VectorFile file, String name, Map<String, @Nullable Object> failed, Object error, String code) {
        file.bad(name, RANK, code, Packer.pack(with(failed, "error", error)));
    }

    private static VectorFile senders() {
        VectorFile file = new VectorFile();
        file.bad(
                "a rank that gives commands",
                RANK,
                "FORBIDDEN",
                Packer.pack(with(EXECUTE, "rank", 3, "body", 1)),
                hex("80"));
        file.bad(
                "a rank that welcomes",
                RANK,
                "FORBIDDEN",
                Packer.pack(with(common(RANK, "WELCOME", false), "version", 1)));
        file.bad("a rank that probes", RANK, "FORBIDDEN", Packer.pack(with(common(RANK, "PROBE", false), "nonce", 1)));
        file.bad("a rank that claims a rank", RANK, "FORBIDDEN", Packer.pack(common(RANK, "CLAIM", false)));
        file.bad("a parent that claims a rank", PARENT, "FORBIDDEN", Packer.pack(common(PARENT, "CLAIM", false)));
        for (String kind : List.of("JOIN", "ACK", "EVENT", "RESULT", "ASSIGN", "CLOSE")) {
            file.bad("a claimant that says " + kind, CLAIMANT, "FORBIDDEN", Packer.pack(common(CLAIMANT, kind, false)));
        }
        file.bad("a parent that joins", PARENT, "FORBIDDEN", Packer.pack(common(PARENT, "JOIN", false)));
        file.bad("a parent that reports", PARENT, "FORBIDDEN", Packer.pack(common(PARENT, "RESULT", true)));
        file.bad("the heartbeat of a rank from the parent", PARENT, MALFORMED, Packer.pack(BEAT));
        file.bad(
                "the heartbeat of the parent from a rank",
                RANK,
                MALFORMED,
                Packer.pack(with(common(PARENT, "HEARTBEAT", false), "newest", 1)));
        for (String stream : List.of("reports", "events", "COMMANDS", "")) {
            stream(file, RANK, stream);
        }
        for (String stream : List.of("commands", "Reports")) {
            stream(file, PARENT, stream);
        }
        for (String code : List.of("ok", "EXECUTION_FAILED", "", "OK ")) {
            file.bad(
                    "a result with the return code '" + code + "'",
                    RANK,
                    MALFORMED,
                    Packer.pack(with(common(RANK, "RESULT", true), "applied", 2, "task", "t-1", "return_code", code)));
        }
        return file;
    }

    private static void stream(VectorFile file, Sender sender, String stream) {
        String who = sender == RANK ? "a rank" : "the parent";
        file.bad(
                who + " acknowledges '" + stream + "'",
                sender,
                MALFORMED,
                Packer.pack(with(common(sender, "ACK", false), "stream", stream, "upto", 1)));
        file.bad(
                who + " asks for '" + stream + "'",
                sender,
                MALFORMED,
                Packer.pack(with(common(sender, "RESEND", false), "stream", stream, "from", 1)));
    }

    private static VectorFile frames() {
        VectorFile file = new VectorFile();
        byte[] body = new byte[200];
        byte[] large = new byte[70_000];
        frames(file, "the body is missing", map("body", 200));
        frames(file, "the body is shorter than told", map("body", 201), body);
        frames(file, "the body is longer than told", map("body", 199), body);
        frames(file, "a frame too many", map("body", 200), body, body);
        frames(file, "an empty frame too many", map("body", 200), body, new byte[0]);
        frames(file, "an empty frame in between", map("body", 200), new byte[0], body);
        frames(file, "a body cut too early", map("body", 400), body, body);
        frames(file, "a body not cut where it must be", map("body", 600_000), new byte[300_000], new byte[300_000]);
        frames(file, "no body where there must be one", map());
        frames(file, "a frame that the header does not tell of", map(), body);
        frames(file, "a body of 0 bytes", map("body", 0), new byte[0]);
        frames(file, "a body of -1 bytes", map("body", -1), body);
        frames(file, "a body of 2^62 bytes", map("body", 1L << 62), body);
        frames(
                file,
                "attachments of 2^63-1 bytes",
                map("body", 200, "attachments", List.of(Long.MAX_VALUE, Long.MAX_VALUE, 2L)),
                body);
        frames(file, "an attachment of 2^40 bytes", map("body", 200, "attachments", List.of(1L << 40)), body, large);
        frames(file, "an attachment is missing", map("body", 200, "attachments", List.of(70_000, 70_000)), body, large);
        frames(file, "an attachment too many", map("body", 200, "attachments", List.of(70_000)), body, large, large);
        frames(
                file,
                "attachments of exchanged lengths",
                map("body", 200, "attachments", List.of(70_000, 70_001)),
                body,
                new byte[70_001],
                large);
        frames(file, "a small attachment", map("body", 200, "attachments", List.of(65_536)), body, new byte[65_536]);
        frames(file, "no attachments, but told", map("body", 200, "attachments", List.of()), body);
        frames(file, "attachments without a body", map("attachments", List.of(70_000)), large);
        frames(file, "a length that is a text", map("body", "200"), body);
        frames(file, "attachments that are an int", map("body", 200, "attachments", 70_000), body, large);
        file.bad("a body where there must be none", RANK, MALFORMED, Packer.pack(with(BEAT, "body", 200)), body);
        file.bad("a frame behind a heartbeat", RANK, MALFORMED, Packer.pack(BEAT), body);
        file.bad(
                "a frame of 524289 bytes",
                PARENT,
                LIMIT,
                Packer.pack(with(EXECUTE, "body", 524_289)),
                new byte[524_289]);
        byte[][] tooLarge = new byte[130][];
        Arrays.fill(tooLarge, new byte[VectorFile.FRAME]);
        tooLarge[0] = Packer.pack(with(EXECUTE, "body", (64 << 20) + 1));
        tooLarge[129] = new byte[1];
        file.bad("a body of 64 MiB and a byte", PARENT, LIMIT, tooLarge);
        return file;
    }

    private static void frames(VectorFile file, String name, Map<String, @Nullable Object> lengths, byte[]... rest) {
        byte[][] frames = new byte[rest.length + 1][];
        Map<String, @Nullable Object> header = new LinkedHashMap<>(EXECUTE);
        header.putAll(lengths);
        frames[0] = Packer.pack(header);
        System.arraycopy(rest, 0, frames, 1, rest.length);
        file.bad(name, PARENT, MALFORMED, frames);
    }
}
