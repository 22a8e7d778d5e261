// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** {@link LinkMessage}s as one frame: a msgpack map whose key {@code kind} says which. Any thread. */
public final class LinkCodec {

    /** The version that this class reads and writes. */
    public static final int VERSION = 1;

    /** A status may be long; no other text is. */
    private static final int STATUS_CHARACTERS = 512 * 1024;

    private static final int RANDOM_CHARACTERS = 64;
    private static final int UNKNOWN_DEPTH = 8;

    private LinkCodec() {}

    /** Encodes the first frame of a message. */
    public static ByteBuffer encode(LinkMessage message) {
        Writer to = new Writer();
        if (message instanceof LinkMessage.Open open) {
            to.kind("OPEN", open.session(), open.incarnation());
            to.put("min_version", open.minVersion());
            to.put("max_version", open.maxVersion());
            to.put("port", open.port());
            to.put("ticket", open.ticket());
            to.keys(open.keys());
            if (open.joinKey() != null) {
                to.put("join", open.joinKey());
            }
        } else if (message instanceof LinkMessage.CloseSession close) {
            to.kind("CLOSE_SESSION", close.session(), close.incarnation());
        } else if (message instanceof LinkMessage.ToRank toRank) {
            to.kind("TO_RANK", toRank.session(), toRank.incarnation());
            to.put("rank", toRank.rank());
        } else if (message instanceof LinkMessage.ToClaimant toClaimant) {
            to.kind("TO_CLAIMANT", toClaimant.session(), toClaimant.incarnation());
            to.put("claimant", toClaimant.claimant());
        } else if (message instanceof LinkMessage.ToAll toAll) {
            to.kind("TO_ALL", toAll.session(), toAll.incarnation());
        } else if (message instanceof LinkMessage.Ping ping) {
            to.kind("PING");
            to.put("client", ping.client());
        } else if (message instanceof LinkMessage.Taken taken) {
            to.kind("TAKEN");
            to.put("mark", taken.mark());
        } else if (message instanceof LinkMessage.AskStatus) {
            to.kind("ASK_STATUS");
        } else if (message instanceof LinkMessage.Opened opened) {
            to.kind("OPENED", opened.session(), opened.incarnation());
            to.put("version", opened.version());
            to.put("commands", opened.commands());
            to.put("control", opened.control());
            to.put("events", opened.events());
            to.put("ticket", opened.ticket());
        } else if (message instanceof LinkMessage.Refused refused) {
            to.kind("REFUSED", refused.session(), refused.incarnation());
            to.put("code", refused.error().number());
            to.put("message", refused.error().message());
        } else if (message instanceof LinkMessage.Unknown unknown) {
            to.kind("UNKNOWN", unknown.session(), unknown.incarnation());
        } else if (message instanceof LinkMessage.FromRank from) {
            to.kind("FROM_RANK", from.session(), from.incarnation());
            to.put("rank", from.rank());
            to.put("event", from.event() ? 1 : 0);
        } else if (message instanceof LinkMessage.FromClaimant from) {
            to.kind("FROM_CLAIMANT", from.session(), from.incarnation());
            to.put("claimant", from.claimant());
        } else if (message instanceof LinkMessage.Pong pong) {
            to.kind("PONG");
            to.put("boot", pong.boot());
        } else if (message instanceof LinkMessage.Mark mark) {
            to.kind("MARK");
            to.put("mark", mark.mark());
        } else if (message instanceof LinkMessage.Status status) {
            to.kind("STATUS");
            to.put("json", Text.head(status.json(), STATUS_CHARACTERS));
        }
        return to.finish();
    }

    /**
     * Decodes the first frame of a message.
     *
     * @throws ProtocolException if it is none that this version knows
     */
    public static LinkMessage decode(ByteBuffer frame) throws ProtocolException {
        Reader from = new Reader(frame);
        return switch (from.text("kind", Limits.TEXT_CHARACTERS)) {
            case "OPEN" ->
                new LinkMessage.Open(
                        from.integer("min_version", Integer.MAX_VALUE),
                        from.integer("max_version", Integer.MAX_VALUE),
                        from.session(),
                        from.incarnation(),
                        from.integer("port", 65_535),
                        from.text("ticket", RANDOM_CHARACTERS),
                        from.keys(),
                        from.optionalText("join", Limits.TEXT_CHARACTERS));
            case "CLOSE_SESSION" -> new LinkMessage.CloseSession(from.session(), from.incarnation());
            case "TO_RANK" -> new LinkMessage.ToRank(from.session(), from.incarnation(), from.rank());
            case "TO_CLAIMANT" ->
                new LinkMessage.ToClaimant(
                        from.session(), from.incarnation(), from.text("claimant", RANDOM_CHARACTERS));
            case "TO_ALL" -> new LinkMessage.ToAll(from.session(), from.incarnation());
            case "PING" -> new LinkMessage.Ping(from.text("client", RANDOM_CHARACTERS));
            case "TAKEN" -> new LinkMessage.Taken(from.number("mark"));
            case "ASK_STATUS" -> new LinkMessage.AskStatus();
            case "OPENED" ->
                new LinkMessage.Opened(
                        from.integer("version", Integer.MAX_VALUE),
                        from.session(),
                        from.incarnation(),
                        from.text("commands", Limits.TEXT_CHARACTERS),
                        from.text("control", Limits.TEXT_CHARACTERS),
                        from.text("events", Limits.TEXT_CHARACTERS),
                        from.text("ticket", RANDOM_CHARACTERS));
            case "REFUSED" ->
                new LinkMessage.Refused(
                        from.session(),
                        from.incarnation(),
                        new WireError(
                                from.integer("code", Integer.MAX_VALUE),
                                from.text("message", Limits.TEXT_CHARACTERS),
                                null,
                                null));
            case "UNKNOWN" -> new LinkMessage.Unknown(from.session(), from.incarnation());
            case "FROM_RANK" ->
                new LinkMessage.FromRank(
                        from.session(), from.incarnation(), from.rank(), from.integer("event", 1) == 1);
            case "FROM_CLAIMANT" ->
                new LinkMessage.FromClaimant(
                        from.session(), from.incarnation(), from.text("claimant", RANDOM_CHARACTERS));
            case "PONG" -> new LinkMessage.Pong(from.text("boot", RANDOM_CHARACTERS));
            case "MARK" -> new LinkMessage.Mark(from.number("mark"));
            case "STATUS" -> new LinkMessage.Status(from.text("json", STATUS_CHARACTERS));
            default -> throw malformed("no kind of this version");
        };
    }

    private static ProtocolException malformed(String what) {
        return new ProtocolException(ErrorCode.MALFORMED, what);
    }

    private static final class Writer {
        private static final int FIXMAP = 0x80;
        private final MsgpackWriter out = new MsgpackWriter(128);
        private int entries;

        Writer() {
            out.mapHeader(0);
        }

        void kind(String kind) {
            put("kind", kind);
        }

        void kind(String kind, String session, int incarnation) {
            kind(kind);
            put("session", session);
            put("incarnation", incarnation);
        }

        void put(String key, String value) {
            entries++;
            out.text(key);
            out.text(value);
        }

        void put(String key, long value) {
            entries++;
            out.text(key);
            out.integer(value);
        }

        void keys(SortedMap<Integer, String> keys) {
            entries++;
            out.text("keys");
            out.mapHeader(keys.size());
            keys.forEach((rank, key) -> {
                out.integer(rank);
                out.text(key);
            });
        }

        ByteBuffer finish() {
            out.patch(0, FIXMAP | entries);
            return out.toBuffer();
        }
    }

    /** Reads all that is there; what is asked for and missing or of another type is a fault. */
    private static final class Reader {
        private final Map<String, Object> values = new HashMap<>();

        Reader(ByteBuffer frame) throws ProtocolException {
            MsgpackReader in = new MsgpackReader(frame, ErrorCode.MALFORMED, ErrorCode.MALFORMED);
            int entries = in.mapLength();
            for (int i = 0; i < entries; i++) {
                String key = in.text();
                Object value = key.equals("keys") ? keys(in) : value(in);
                if (value != null && values.put(key, value) != null) {
                    throw malformed("a key is repeated");
                }
            }
            in.expectEnd();
        }

        private static @Nullable Object value(MsgpackReader in) throws ProtocolException {
            switch (in.peek()) {
                case STR -> {
                    return in.text();
                }
                case INT -> {
                    return in.integer();
                }
                default -> {
                    in.skip(UNKNOWN_DEPTH);
                    return null;
                }
            }
        }

        private static SortedMap<Integer, String> keys(MsgpackReader in) throws ProtocolException {
            int count = in.mapLength();
            if (count > Limits.WORLD_SIZE) {
                throw malformed("more ranks than a session can have");
            }
            SortedMap<Integer, String> keys = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                long rank = in.integer();
                if (rank < 0 || rank >= Limits.WORLD_SIZE || keys.put((int) rank, in.text()) != null) {
                    throw malformed("'keys' is no map from rank to key");
                }
            }
            return keys;
        }

        String text(String key, int max) throws ProtocolException {
            if (!(values.get(key) instanceof String text) || Text.isLonger(text, max)) {
                throw malformed("'" + key + "' is no text of at most " + max + " characters");
            }
            return text;
        }

        @Nullable
        String optionalText(String key, int max) throws ProtocolException {
            return values.containsKey(key) ? text(key, max) : null;
        }

        long number(String key) throws ProtocolException {
            if (!(values.get(key) instanceof Long number) || number < 0) {
                throw malformed("'" + key + "' is no number of at least 0");
            }
            return number;
        }

        int integer(String key, int max) throws ProtocolException {
            long number = number(key);
            if (number > max) {
                throw malformed("'" + key + "' is more than " + max);
            }
            return (int) number;
        }

        String session() throws ProtocolException {
            if (!(values.get("session") instanceof String name) || !Envelope.isSession(name)) {
                throw malformed("'session' is not 1 to 64 characters of a-z, 0-9 and -");
            }
            return name;
        }

        int incarnation() throws ProtocolException {
            return integer("incarnation", Integer.MAX_VALUE);
        }

        int rank() throws ProtocolException {
            return integer("rank", Limits.WORLD_SIZE - 1);
        }

        @SuppressWarnings("unchecked") // put there by the constructor only
        SortedMap<Integer, String> keys() throws ProtocolException {
            if (!(values.get("keys") instanceof SortedMap)) {
                throw malformed("'keys' is missing");
            }
            return (SortedMap<Integer, String>) values.get("keys");
        }
    }
}
