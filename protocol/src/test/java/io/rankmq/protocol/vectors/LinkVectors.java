// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static io.rankmq.protocol.vectors.VectorFile.map;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What parent and broker say to each other on the link: a frame each, good ones and such as must be refused. */
final class LinkVectors {
    private static final String KEY = "0123456789".repeat(4);
    private static final Map<String, @Nullable Object> TO_RANK = kind("TO_RANK", "rank", 3);

    private LinkVectors() {}

    static Map<String, ArrayNode> all() {
        Map<String, ArrayNode> files = new LinkedHashMap<>();
        files.put("good", good());
        files.put("bad", bad());
        return files;
    }

    private static ArrayNode good() {
        ArrayNode file = JsonNodeFactory.instance.arrayNode();
        Map<Object, Object> keys = new LinkedHashMap<>(Map.of(0, KEY));
        keys.put(65_535, KEY.replace('0', 'a'));
        Map<String, @Nullable Object> open = kind("OPEN", "min_version", 1, "max_version", 2);
        good(file, "the first time", with(open, "port", 0, "ticket", "", "keys", keys));
        good(file, "again", with(open, "port", 65_535, "ticket", "f".repeat(32), "keys", Map.of(0, KEY)));
        good(
                file,
                "with a join key",
                with(open, "port", 0, "ticket", "", "keys", Map.of(0, KEY), "join", KEY.replace('1', 'b')));
        good(file, "to who claims", kind("TO_CLAIMANT", "claimant", "0123456789abcdef"));
        good(file, "from who claims", kind("FROM_CLAIMANT", "claimant", "0123456789abcdef"));
        good(file, "closed", kind("CLOSE_SESSION"));
        good(file, "to one", TO_RANK);
        good(file, "to all", kind("TO_ALL"));
        good(file, "alive", map("kind", "PING", "client", "0123456789abcdef"));
        good(file, "taken", map("kind", "TAKEN", "mark", 9_007_199_254_740_991L));
        good(file, "asked", map("kind", "ASK_STATUS"));
        good(
                file,
                "opened",
                with(
                        kind("OPENED", "version", 1, "commands", "tcp://10.0.0.1:40001"),
                        "control",
                        "tcp://10.0.0.1:7772",
                        "events",
                        "tcp://10.0.0.1:7773",
                        "ticket",
                        "f".repeat(32)));
        good(file, "refused", kind("REFUSED", "code", 5, "message", "the name is taken, größer als je"));
        good(file, "unknown", kind("UNKNOWN"));
        good(file, "a report", kind("FROM_RANK", "rank", 0, "event", 0));
        good(file, "an event", kind("FROM_RANK", "rank", 65_535, "event", 1));
        good(file, "answered", map("kind", "PONG", "boot", "0123456789abcdef"));
        good(file, "marked", map("kind", "MARK", "mark", 0));
        good(file, "told", map("kind", "STATUS", "json", "{\"parents\":[]}"));
        return file;
    }

    private static ArrayNode bad() {
        ArrayNode file = JsonNodeFactory.instance.arrayNode();
        bad(file, "nothing", new byte[0]);
        bad(file, "no map", Packer.pack(List.of("kind", "TO_ALL")));
        bad(file, "no kind", Packer.pack(map("rank", 3)));
        bad(file, "an unknown kind", Packer.pack(kind("TO_NOBODY")));
        bad(file, "a kind that is no text", Packer.pack(map("kind", 1)));
        bad(file, "a key twice", VectorFile.join(new byte[] {(byte) 0x82}, twice(), twice()));
        bad(file, "something behind", VectorFile.join(Packer.pack(TO_RANK), new byte[1]));
        for (String key : List.of("session", "incarnation", "rank")) {
            Map<String, @Nullable Object> without = new LinkedHashMap<>(TO_RANK);
            without.remove(key);
            bad(file, "without " + key, Packer.pack(without));
            bad(file, "nil as " + key, Packer.pack(with(TO_RANK, key, null)));
        }
        for (String session : List.of("", "S", "a b", "a/b", "a\nb", "a".repeat(65))) {
            bad(file, "session '" + session.replace("\n", "LF") + "'", Packer.pack(with(TO_RANK, "session", session)));
        }
        for (long rank : List.of(-1L, 65_536L, Long.MAX_VALUE)) {
            bad(file, "rank " + rank, Packer.pack(with(TO_RANK, "rank", rank)));
        }
        bad(file, "incarnation -1", Packer.pack(with(TO_RANK, "incarnation", -1)));
        bad(file, "a name of 65 characters", Packer.pack(map("kind", "PING", "client", "a".repeat(65))));
        bad(file, "a mark below 0", Packer.pack(map("kind", "TAKEN", "mark", -1)));
        bad(file, "an event that is 2", Packer.pack(kind("FROM_RANK", "rank", 0, "event", 2)));
        Map<String, @Nullable Object> open = kind("OPEN", "min_version", 1, "max_version", 1, "port", 0, "ticket", "");
        bad(file, "no keys", Packer.pack(open));
        bad(file, "keys that are no map", Packer.pack(with(open, "keys", List.of(KEY))));
        bad(file, "a key that is no text", Packer.pack(with(open, "keys", Map.of(0, 1))));
        bad(file, "a key of no rank", Packer.pack(with(open, "keys", Map.of(-1, KEY))));
        bad(file, "a join key that is no text", Packer.pack(with(open, "keys", Map.of(0, KEY), "join", 5)));
        bad(file, "port 65536", Packer.pack(with(open, "port", 65_536, "keys", Map.of(0, KEY))));
        return file;
    }

    private static byte[] twice() {
        byte[] one = Packer.pack(map("kind", "TO_ALL"));
        return Arrays.copyOfRange(one, 1, one.length);
    }

    private static Map<String, @Nullable Object> kind(String kind, @Nullable Object... more) {
        return with(map("kind", kind, "session", "s-1", "incarnation", 2), more);
    }

    private static Map<String, @Nullable Object> with(Map<String, @Nullable Object> base, @Nullable Object... more) {
        return BadVectors.with(base, more);
    }

    private static void good(ArrayNode file, String name, Map<String, @Nullable Object> fields) {
        ObjectNode vector = file.addObject().put("name", name);
        vector.set("fields", Tagged.plain(fields));
        vector.set("frame", Hex.write(Packer.pack(fields)));
    }

    private static void bad(ArrayNode file, String name, byte[] frame) {
        file.addObject().put("name", name).put("error", "MALFORMED").set("frame", Hex.write(frame));
    }
}
