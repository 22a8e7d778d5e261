// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The keys of headers. Found by a small hash table over the bytes, so that reading a key makes no string. */
@SuppressWarnings("ImmutableEnumChecker") // arrays that nobody writes
enum Field {
    V,
    KIND,
    SESSION,
    INCARNATION,
    RANK,
    SEQ,
    TASK,
    NAME,
    EVENT,
    REPLY,
    REASON,
    GRACE,
    NONCE,
    NEWEST,
    VERSION,
    WORLD_SIZE,
    HEARTBEAT,
    LEASE,
    EVENT_WINDOW,
    STREAM,
    UPTO,
    FROM,
    EVENT_SEQ,
    MIN_VERSION,
    MAX_VERSION,
    APPLIED,
    HOST,
    PID,
    LANGUAGE,
    RUNTIME,
    RETURN_CODE,
    COMMAND,
    WAIT,
    ERROR,
    STORE,
    DIGEST,
    OFFSET,
    LENGTH,
    SUM,
    CLAIMS,
    ADDRESS,
    PORT,
    SLOT,
    ASSIGNED,
    LOCAL_RANK,
    LOCAL_WORLD_SIZE,
    GROUP_RANK,
    MASTER_ADDR,
    MASTER_PORT,
    PUBLIC,
    SECRET,
    BODY,
    ATTACHMENTS,
    DATA;

    static final int COUNT = values().length;

    private static final int SLOTS = 256;
    private static final @Nullable Field[] TABLE = new Field[SLOTS];

    static {
        for (Field field : values()) {
            int slot = slot(field.bytes.length, field.bytes[0], field.bytes[field.bytes.length - 1]);
            while (TABLE[slot] != null) {
                slot = (slot + 1) % SLOTS;
            }
            TABLE[slot] = field;
        }
    }

    private final byte[] bytes = name().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
    private final byte[] encoded = encode(bytes);

    private static byte[] encode(byte[] name) {
        byte[] encoded = new byte[name.length + 1];
        encoded[0] = (byte) (0xa0 | name.length);
        System.arraycopy(name, 0, encoded, 1, name.length);
        return encoded;
    }

    /** The key as msgpack; not to be changed. */
    byte[] encoded() {
        return encoded;
    }

    /** Index into arrays of {@link #COUNT} elements. */
    @SuppressWarnings("EnumOrdinal") // it never leaves the process
    int index() {
        return ordinal();
    }

    /** The key on the wire. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The field whose name is the next {@code length} bytes, or null. */
    static @Nullable Field find(MsgpackReader in, int length) {
        if (length == 0) {
            return null;
        }
        int start = in.position();
        int slot = slot(length, in.byteAt(start), in.byteAt(start + length - 1));
        for (Field field = TABLE[slot]; field != null; field = TABLE[slot]) {
            if (field.matches(in, start, length)) {
                return field;
            }
            slot = (slot + 1) % SLOTS;
        }
        return null;
    }

    private boolean matches(MsgpackReader in, int start, int length) {
        if (bytes.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (bytes[i] != in.byteAt(start + i)) {
                return false;
            }
        }
        return true;
    }

    private static int slot(int length, byte first, byte last) {
        return (length * 31 + first * 7 + last) & (SLOTS - 1);
    }
}
