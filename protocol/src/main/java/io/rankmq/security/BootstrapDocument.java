// SPDX-License-Identifier: Apache-2.0
package io.rankmq.security;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a rank needs to find its session, docs/protocol.md section 10. It holds secrets: {@link #toString} shows none, files of it are private.
 *
 * @param session name of the session
 * @param incarnation which start of the gang, from 0
 * @param worldSize number of ranks
 * @param commands where commands come from, {@code tcp://address:port}
 * @param control where joins and reports go to
 * @param events where events go to
 * @param serverKey the broker's public key (Z85)
 * @param allow packages from which components may be built: a prefix that ends in a dot, or a full path
 * @param ranks the keys of the ranks that may use this document; may be empty if there is a join key
 * @param join the key with which a process without a rank claims one (section 13), or null if none can
 * @param data where and how large values travel (section 12), or null for in the messages
 * @param relayOutput whether ranks are to send what they write to the parent (section 14)
 */
public record BootstrapDocument(
        String session,
        int incarnation,
        int worldSize,
        String commands,
        String control,
        String events,
        String serverKey,
        List<String> allow,
        SortedMap<Integer, CurveKeyPair> ranks,
        @Nullable CurveKeyPair join,
        @Nullable DataAccess data,
        boolean relayOutput) {

    /** The version that this class reads and writes. */
    public static final int VERSION = 1;

    /** Ranks in a session at most. */
    public static final int MAX_WORLD_SIZE = 65_536;

    private static final Pattern SESSION = Pattern.compile("[a-z0-9-]{1,64}");
    private static final Pattern ENDPOINT =
            Pattern.compile("tcp://((25[0-5]|2[0-4]\\d|1?\\d?\\d)(\\.(?!:)|(?=:))){4}:(\\d{1,5})");

    /** Copies, and refuses what section 10 does not allow with one sentence. */
    public BootstrapDocument {
        require(SESSION.matcher(session).matches(), "'session' must be 1 to 64 characters of a-z, 0-9 and -");
        require(incarnation >= 0, "'incarnation' must not be negative");
        require(worldSize >= 1 && worldSize <= MAX_WORLD_SIZE, "'world_size' must be 1 to " + MAX_WORLD_SIZE);
        requireEndpoint("commands", commands);
        requireEndpoint("control", control);
        requireEndpoint("events", events);
        if (data != null) {
            requireEndpoint("data.endpoint", data.endpoint());
        }
        require(CurveKeyPair.isKey(serverKey), "'server_key' must be a CURVE key, 40 characters of Z85");
        allow = List.copyOf(allow);
        ranks = Collections.unmodifiableSortedMap(new TreeMap<>(ranks));
        require(!ranks.isEmpty() || join != null, "'ranks' must have at least one rank, or there must be a 'join' key");
        require(
                ranks.isEmpty() || (ranks.firstKey() >= 0 && ranks.lastKey() < worldSize),
                "'ranks' must be numbers from 0 to " + (worldSize - 1));
    }

    /** A document for ranks that know who they are. */
    public BootstrapDocument(
            String session,
            int incarnation,
            int worldSize,
            String commands,
            String control,
            String events,
            String serverKey,
            List<String> allow,
            SortedMap<Integer, CurveKeyPair> ranks) {
        this(session, incarnation, worldSize, commands, control, events, serverKey, allow, ranks, null, null, false);
    }

    /**
     * Loads a document.
     *
     * @param spec path of a private file, {@code fd:N} for an inherited descriptor, or {@code -} for standard input
     * @throws KeyFileException if there is none that can be used; the message is one sentence
     */
    public static BootstrapDocument load(String spec) {
        return parse(BootstrapSource.describe(spec), BootstrapSource.read(spec));
    }

    /** The keys of one rank. */
    public CurveKeyPair keysOf(int rank) {
        CurveKeyPair keys = ranks.get(rank);
        if (keys == null) {
            throw new KeyFileException(
                    "the bootstrap document has no keys for rank " + rank + "; it has those of " + ranks.keySet());
        }
        return keys;
    }

    /** The same with the keys of one rank only. */
    public BootstrapDocument forRank(int rank) {
        return withRanks(Map.of(rank, keysOf(rank)), null);
    }

    /** The same for the rank that a process was given. */
    public BootstrapDocument assigned(int rank, CurveKeyPair keys) {
        return withRanks(Map.of(rank, keys), null);
    }

    /** The same for processes without a rank only: they claim one with this key. */
    public BootstrapDocument forClaims(CurveKeyPair key) {
        return withRanks(Map.of(), key);
    }

    private BootstrapDocument withRanks(Map<Integer, CurveKeyPair> some, @Nullable CurveKeyPair key) {
        SortedMap<Integer, CurveKeyPair> own = new TreeMap<>(some);
        return new BootstrapDocument(
                session,
                incarnation,
                worldSize,
                commands,
                control,
                events,
                serverKey,
                allow,
                own,
                key,
                data,
                relayOutput);
    }

    /** Writes a private file. See {@link KeyFiles#write} for errors. */
    public void write(Path file) {
        KeyFiles.write(file, toJson());
    }

    /** The document with its secrets, as JSON. */
    public String toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("version", VERSION);
        json.put("session", session);
        json.put("incarnation", incarnation);
        json.put("world_size", worldSize);
        json.put("commands", commands);
        json.put("control", control);
        json.put("events", events);
        json.put("server_key", serverKey);
        ArrayNode packages = json.putArray("allow");
        allow.forEach(packages::add);
        if (data != null) {
            data.write(json.putObject("data"));
        }
        if (relayOutput) {
            json.put("relay_output", true);
        }
        ObjectNode keys = json.putObject("ranks");
        ranks.forEach((rank, pair) ->
                keys.putObject(rank.toString()).put("public", pair.publicKey()).put("secret", pair.secretKey()));
        if (join != null) {
            json.putObject("join").put("public", join.publicKey()).put("secret", join.secretKey());
        }
        return json.toPrettyString() + "\n";
    }

    /** Everything but the keys. */
    @Override
    public String toString() {
        return "BootstrapDocument[session=" + session + ", incarnation=" + incarnation + ", worldSize=" + worldSize
                + ", commands=" + commands + ", control=" + control + ", events=" + events + ", ranks=" + ranks.keySet()
                + "]";
    }

    /** Reads a document from JSON; {@code what} begins the sentence of an error. */
    static BootstrapDocument parse(String what, String text) {
        Map<String, Object> json = StrictJson.parse(what, text);
        int version = StrictJson.integer(what, json, "version", 0, Integer.MAX_VALUE);
        if (version != VERSION) {
            throw new KeyFileException(what + " has version " + version + ", this worker reads version " + VERSION
                    + "; update the older of the two");
        }
        try {
            return new BootstrapDocument(
                    StrictJson.text(what, json, "session"),
                    StrictJson.integer(what, json, "incarnation", 0, Integer.MAX_VALUE),
                    StrictJson.integer(what, json, "world_size", 1, MAX_WORLD_SIZE),
                    StrictJson.text(what, json, "commands"),
                    StrictJson.text(what, json, "control"),
                    StrictJson.text(what, json, "events"),
                    StrictJson.key(what, json, "server_key"),
                    allow(StrictJson.required(what, json, "allow")),
                    ranks(what, StrictJson.required(what, json, "ranks")),
                    json.containsKey("join")
                            ? StrictJson.keyPair(what + ", 'join'", StrictJson.required(what, json, "join"))
                            : null,
                    json.containsKey("data") ? DataAccess.read(what, StrictJson.required(what, json, "data")) : null,
                    json.containsKey("relay_output") && flag(json.get("relay_output")));
        } catch (IllegalArgumentException e) {
            throw new KeyFileException(what + ": " + e.getMessage());
        }
    }

    private static boolean flag(@Nullable Object value) {
        require(value instanceof Boolean, "'relay_output' must be true or false");
        return Boolean.TRUE.equals(value);
    }

    private static List<String> allow(Object array) {
        List<String> allow = new ArrayList<>();
        require(array instanceof List, "'allow' must be a list of strings");
        for (Object entry : (List<?>) array) {
            require(entry instanceof String text && !text.isEmpty(), "'allow' must be a list of strings");
            allow.add((String) entry);
        }
        return allow;
    }

    private static SortedMap<Integer, CurveKeyPair> ranks(String what, Object value) {
        String expected = "'ranks' must be an object from rank to keys";
        SortedMap<Integer, CurveKeyPair> ranks = new TreeMap<>();
        for (Map.Entry<String, Object> entry :
                StrictJson.object(value, what + ": " + expected).entrySet()) {
            require(entry.getKey().matches("0|[1-9]\\d{0,4}"), expected);
            ranks.put(
                    Integer.valueOf(entry.getKey()),
                    StrictJson.keyPair(what + ", rank " + entry.getKey(), entry.getValue()));
        }
        return ranks;
    }

    private static void requireEndpoint(String key, String endpoint) {
        Matcher matcher = ENDPOINT.matcher(endpoint);
        boolean valid = matcher.matches();
        int port = valid ? Integer.parseInt(matcher.group(4)) : 0;
        require(port >= 1 && port <= 65_535, "'" + key + "' must be tcp://address:port with a numeric IPv4 address");
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
