// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.Tensor;
import io.rankmq.memory.Bytes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Writes the values of one body (docs/protocol.md, section 3). Large tensors and byte arrays are set aside as attachments, uncopied. */
final class ValueWriter {
    private static final int EXT_TENSOR = 1;
    private static final int EXT_BYTES = 2;

    private final MsgpackWriter out = new MsgpackWriter(512);
    private final List<Bytes> attachments = new ArrayList<>();
    private final List<@Nullable Tensor> owners = new ArrayList<>();
    private final Limits limits;
    private final ValuePath path;
    private int elements;

    /** A place to go back to. */
    record Mark(int size, int attachments, int elements, int depth) {}

    ValueWriter(Limits limits) {
        this.limits = limits;
        this.path = new ValuePath(limits.depth());
    }

    Body toBody() {
        return new Body(out.toBuffer(), attachments.isEmpty() ? List.of() : new OwnedAttachments(attachments, owners));
    }

    Mark mark() {
        return new Mark(out.size(), attachments.size(), elements, path.depth());
    }

    /** Forgets what was written since. */
    void rewind(Mark mark) {
        out.rewind(mark.size());
        attachments.subList(mark.attachments(), attachments.size()).clear();
        owners.subList(mark.attachments(), owners.size()).clear();
        elements = mark.elements();
        path.depth(mark.depth());
    }

    void openMap(int entries) throws ProtocolException {
        open(entries);
        out.mapHeader(entries);
    }

    /** Opens a map of which the length is told when it is closed, with the mark of its begin. */
    Mark openMap() throws ProtocolException {
        open(0);
        return mark();
    }

    void close(Mark begin, int entries) throws ProtocolException {
        count(entries);
        out.insertMapHeader(begin.size(), entries);
        close();
    }

    void openArray(int length) throws ProtocolException {
        open(length);
        out.arrayHeader(length);
    }

    void close() {
        path.leave();
    }

    void key(String key) throws ProtocolException {
        path.step(key);
        text(key);
    }

    /** Tells at which element of an array, or at which key already written, the next value is. */
    void at(@Nullable Object keyOrIndex) {
        path.step(keyOrIndex);
    }

    void integer(long value) {
        out.integer(value);
    }

    void text(String text) throws ProtocolException {
        if (text.length() > limits.bodyBytes()) {
            throw exceeded("a text of " + text.length() + " characters", limits.bodyBytes());
        }
        if (!Text.isUnicode(text)) {
            throw invalid("is a text with half a surrogate pair, which is no Unicode");
        }
        out.text(text);
        checkSize();
    }

    void map(Map<?, ?> map) throws ProtocolException {
        int size = map.size();
        int written = 0;
        openMap(size);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getKey() instanceof String key)) {
                throw invalid("is a map with the key " + entry.getKey() + ", expected only text as keys");
            }
            key(key);
            value(entry.getValue());
            written++;
        }
        finish(size, written);
    }

    void value(@Nullable Object value) throws ProtocolException {
        if (!simple(value)) {
            other(value, true);
        }
        checkSize();
    }

    /** Writes what needs no conversion, and says whether it was that. */
    private boolean simple(@Nullable Object value) throws ProtocolException {
        if (value == null) {
            out.nil();
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof Long
                || value instanceof Integer
                || value instanceof Short
                || value instanceof Byte) {
            out.integer(((Number) value).longValue());
        } else if (value instanceof Double || value instanceof Float) {
            out.float64(((Number) value).doubleValue());
        } else if (value instanceof Boolean bool) {
            out.bool(bool);
        } else if (value instanceof Tensor tensor) {
            tensor(tensor);
        } else if (value instanceof byte[] bytes) {
            bin(ByteBuffer.wrap(bytes));
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else if (value instanceof Collection<?> collection) {
            array(collection);
        } else {
            return false;
        }
        return true;
    }

    private void other(@Nullable Object value, boolean mayConvert) throws ProtocolException {
        if (value instanceof ByteBuffer buffer) {
            bin(buffer.slice());
        } else if (value instanceof CharSequence || value instanceof Character) {
            text(value.toString());
        } else if (value instanceof BigInteger big && big.bitLength() < Long.SIZE) {
            out.integer(big.longValue());
        } else if (value instanceof Number number
                && number.getClass().getPackageName().equals("java.math")) {
            throw invalid("is the number " + Text.head(number.toString(), 40)
                    + ", which does not fit; send it as a double, a long or a text");
        } else if (value instanceof Object[] array) {
            array(Arrays.asList(array));
        } else if (value instanceof double[] array) {
            array(DoubleStream.of(array).boxed().toList());
        } else if (value instanceof long[] array) {
            array(LongStream.of(array).boxed().toList());
        } else if (value instanceof int[] array) {
            array(IntStream.of(array).boxed().toList());
        } else if (value != null && mayConvert) {
            Object plain = PlainValues.toPlain(value, path);
            if (!simple(plain)) {
                other(plain, false);
            }
        } else {
            throw invalid("is a " + (value == null ? "null" : value.getClass().getName()) + ", which cannot travel");
        }
    }

    private void array(Collection<?> collection) throws ProtocolException {
        int size = collection.size();
        int written = 0;
        openArray(size);
        for (Object element : collection) {
            at(written);
            value(element);
            written++;
        }
        finish(size, written);
    }

    /** Closes what was opened for {@code size} elements; a collection that another thread changes may have had more or fewer. */
    private void finish(int size, int written) throws ProtocolException {
        close();
        if (size != written) {
            throw invalid("was changed while it was written");
        }
    }

    private void bin(ByteBuffer bytes) throws ProtocolException {
        if (bytes.remaining() <= Limits.INLINE_BYTES) {
            out.binHeader(bytes.remaining());
            out.raw(bytes);
            return;
        }
        MsgpackWriter payload = new MsgpackWriter(5);
        payload.integer(attach(Bytes.of(bytes), null));
        extension(EXT_BYTES, payload);
    }

    private void tensor(Tensor tensor) throws ProtocolException {
        long[] shape = tensor.shape();
        if (shape.length > Limits.DIMENSIONS) {
            throw invalid(
                    "is a tensor of " + shape.length + " dimensions, at most " + Limits.DIMENSIONS + " can travel");
        }
        Bytes data = Bytes.of(tensor.buffers());
        boolean isInline = data.size() <= Limits.INLINE_BYTES;
        MsgpackWriter payload = new MsgpackWriter(64 + 9 * shape.length + (isInline ? (int) data.size() : 0));
        payload.arrayHeader(4);
        payload.text(tensor.dtype().wireName());
        payload.arrayHeader(shape.length);
        for (long dimension : shape) {
            payload.integer(dimension);
        }
        payload.text(tensor.order().name());
        if (isInline) {
            payload.binHeader((int) data.size());
            payload.raw(data.read(0, (int) data.size()));
        } else {
            payload.integer(attach(data, tensor));
        }
        extension(EXT_TENSOR, payload);
    }

    private void extension(int type, MsgpackWriter payload) {
        out.extHeader(type, payload.size());
        out.raw(payload.toBuffer());
    }

    private int attach(Bytes data, @Nullable Tensor owner) throws ProtocolException {
        if (attachments.size() == limits.attachments()) {
            throw exceeded("there are more tensors and byte arrays", limits.attachments());
        }
        if (data.size() > Limits.VALUE_BYTES) {
            throw exceeded("it has " + data.size() + " bytes", Limits.VALUE_BYTES);
        }
        attachments.add(data);
        owners.add(owner);
        return attachments.size() - 1;
    }

    private void open(int length) throws ProtocolException {
        if (path.depth() == limits.depth()) {
            throw invalid("is nested deeper than " + limits.depth() + " maps and arrays; does it contain itself?");
        }
        count(length);
        path.enter();
    }

    private void count(int more) throws ProtocolException {
        if (more > limits.elements() - elements) {
            throw invalid("has too many elements, all together at most " + limits.elements()
                    + " can travel; send numbers as a tensor");
        }
        elements += more;
    }

    private void checkSize() throws ProtocolException {
        if (out.size() > limits.bodyBytes()) {
            throw exceeded(
                    "the body is larger", limits.bodyBytes() + " bytes; send large data as tensors or byte arrays");
        }
    }

    private ProtocolException invalid(String what) {
        return new ProtocolException(ErrorCode.INVALID_VALUE, path + " " + what);
    }

    private ProtocolException exceeded(String what, Object limit) {
        return new ProtocolException(ErrorCode.LIMIT_EXCEEDED, "at " + path + " " + what + ", the limit is " + limit);
    }
}
