// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

/** Turns the generator's model of a value into msgpack, with attachments on the side; written from the document, not from the codec. */
@SuppressWarnings("ArrayRecordComponent") // a model of bytes that nobody changes
final class Packer {

    /** A tensor of the model. */
    record T(String dtype, List<Long> shape, String order, byte[] data) {}

    /** A property of a context. */
    record P(@Nullable Object value, boolean isPrivate, boolean isSticky) {}

    /** An extension that is written as it is. */
    record Ext(int type, byte[] payload) {}

    /** msgpack bytes that are written as they are. */
    record Raw(byte[] bytes) {}

    final List<byte[]> attachments = new ArrayList<>();

    static byte[] pack(@Nullable Object value) {
        return new Packer().bytes(value);
    }

    byte[] bytes(@Nullable Object value) {
        try (MessageBufferPacker out = MessagePack.newDefaultBufferPacker()) {
            write(out, value);
            return out.toByteArray();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private void write(MessageBufferPacker out, @Nullable Object value) throws IOException {
        if (value == null) {
            out.packNil();
        } else if (value instanceof Boolean bool) {
            out.packBoolean(bool);
        } else if (value instanceof Number number && !(number instanceof Double)) {
            out.packLong(number.longValue());
        } else if (value instanceof Double number) {
            out.packDouble(number);
        } else if (value instanceof String text) {
            out.packString(text);
        } else if (value instanceof byte[] bin) {
            writeBin(out, bin);
        } else if (value instanceof List<?> list) {
            out.packArrayHeader(list.size());
            for (Object element : list) {
                write(out, element);
            }
        } else if (value instanceof Map<?, ?> map) {
            out.packMapHeader(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                write(out, entry.getKey());
                write(out, entry.getValue());
            }
        } else {
            writeSpecial(out, value);
        }
    }

    private void writeSpecial(MessageBufferPacker out, Object value) throws IOException {
        if (value instanceof P property) {
            out.packArrayHeader(2);
            write(out, property.value());
            out.packInt((property.isPrivate() ? 1 : 0) + (property.isSticky() ? 2 : 0));
        } else if (value instanceof T tensor) {
            writeTensor(out, tensor);
        } else if (value instanceof Ext ext) {
            out.packExtensionTypeHeader((byte) ext.type(), ext.payload().length);
            out.writePayload(ext.payload());
        } else if (value instanceof Raw raw) {
            out.writePayload(raw.bytes());
        } else {
            throw new IllegalArgumentException("no value of the model: " + value.getClass());
        }
    }

    private void writeBin(MessageBufferPacker out, byte[] bin) throws IOException {
        if (bin.length > 65536) {
            write(out, new Ext(2, pack(attach(bin))));
        } else {
            out.packBinaryHeader(bin.length);
            out.writePayload(bin);
        }
    }

    private void writeTensor(MessageBufferPacker out, T tensor) throws IOException {
        Object data = tensor.data().length > 65536 ? attach(tensor.data()) : tensor.data();
        byte[] payload = pack(List.of(tensor.dtype(), tensor.shape(), tensor.order(), data));
        write(out, new Ext(1, payload));
    }

    private int attach(byte[] data) {
        attachments.add(data);
        return attachments.size() - 1;
    }
}
