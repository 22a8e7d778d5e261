// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.memory.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes a header: the fields in the order of the calls, absent ones left out. A header has fewer than 16 fields. */
final class HeaderWriter {
    private static final int FIXMAP = 0x80;

    private final MsgpackWriter out = new MsgpackWriter(192);
    private int fields;

    HeaderWriter() {
        out.mapHeader(0);
    }

    HeaderWriter put(Field field, long value) {
        key(field).integer(value);
        return this;
    }

    /**
     * An integer of a range that docs/protocol.md, section 2, gives.
     *
     * @throws IllegalArgumentException if it is outside: a fault of the caller
     */
    HeaderWriter put(Field field, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "'" + field.wireName() + "' is " + value + ", expected " + min + " to " + max);
        }
        return put(field, value);
    }

    /** A place in a stream, or 0. */
    HeaderWriter count(Field field, long value) {
        return put(field, value, 0, Limits.MAX_SEQ);
    }

    /** A place in a stream. */
    HeaderWriter number(Field field, long value) {
        return put(field, value, 1, Limits.MAX_SEQ);
    }

    HeaderWriter put(Field field, @Nullable Integer value) {
        return value == null ? this : put(field, value.longValue());
    }

    HeaderWriter put(Field field, Digest digest) {
        key(field);
        digest(digest);
        return this;
    }

    HeaderWriter put(Field field, boolean value) {
        key(field).bool(value);
        return this;
    }

    HeaderWriter put(Field field, @Nullable String value) {
        if (value != null) {
            key(field).text(value);
        }
        return this;
    }

    HeaderWriter put(Field field, @Nullable List<Integer> values) {
        if (values != null) {
            key(field).arrayHeader(values.size());
            for (int value : values) {
                if (value < 0 || value >= Limits.WORLD_SIZE) {
                    throw new IllegalArgumentException("'" + field.wireName() + "' names a rank " + value);
                }
                out.integer(value);
            }
        }
        return this;
    }

    HeaderWriter put(Field field, @Nullable WireError error) {
        if (error != null) {
            String type = error.type();
            String trace = error.trace();
            key(field).mapHeader(2 + (type == null ? 0 : 1) + (trace == null ? 0 : 1));
            if (error.number() < 0) {
                throw new IllegalArgumentException("'code' is " + error.number() + ", expected at least 0");
            }
            out.text("code");
            out.integer(error.number());
            out.text("message");
            out.text(error.message());
            if (type != null) {
                out.text("type");
                out.text(type);
            }
            if (trace != null) {
                out.text("trace");
                out.text(trace);
            }
        }
        return this;
    }

    /** The last fields of every header. */
    ByteBuffer finish(Body body) {
        if (!body.isEmpty()) {
            put(Field.BODY, body.bytes().remaining());
            List<Bytes> attachments = body.attachments();
            if (!attachments.isEmpty()) {
                key(Field.ATTACHMENTS).arrayHeader(attachments.size());
                for (Bytes attachment : attachments) {
                    out.integer(attachment.size());
                }
            }
            if (!body.references().isEmpty()) {
                key(Field.DATA).arrayHeader(body.references().size());
                for (DataRef reference : body.references()) {
                    out.arrayHeader(2);
                    digest(reference.digest());
                    out.integer(reference.size());
                }
            }
        }
        return finish();
    }

    /** The end of a header without a body. */
    ByteBuffer finish() {
        out.patch(0, FIXMAP | fields);
        return out.toBuffer();
    }

    private void digest(Digest digest) {
        out.binHeader(digest.length());
        out.raw(digest.bytes());
    }

    private MsgpackWriter key(Field field) {
        fields++;
        out.raw(field.encoded());
        return out;
    }
}
