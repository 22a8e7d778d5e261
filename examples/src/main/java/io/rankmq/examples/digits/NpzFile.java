// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import io.rankmq.api.DType;
import io.rankmq.api.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes tensors as numpy does: a zip file with one {@code .npy} (version 1.0) a tensor, for {@code numpy.load}. */
final class NpzFile {

    /** What stands before the header's text: the magic, the version, and the text's length. */
    private static final int PREAMBLE = 10;

    /** The data begins at a multiple of this, so that it can be mapped. */
    private static final int ALIGNMENT = 64;

    /** The first day a zip file knows: the same tensors give the same bytes on any day. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

    private NpzFile() {}

    /**
     * Writes a file, or replaces it.
     *
     * @param tensors the tensors by name, in the order in which they are written
     */
    static void write(Path file, Map<String, Tensor> tensors) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            WritableByteChannel bytes = Channels.newChannel(zip);
            for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
                ZipEntry entry = new ZipEntry(tensor.getKey() + ".npy");
                entry.setTimeLocal(NO_TIME);
                zip.putNextEntry(entry);
                zip.write(header(tensor.getValue()));
                for (ByteBuffer piece : tensor.getValue().buffers()) {
                    bytes.write(piece);
                }
                zip.closeEntry();
            }
        }
    }

    /** Everything of an {@code .npy} before its data. */
    static byte[] header(Tensor tensor) {
        String text = "{'descr': '" + description(tensor.dtype()) + "', 'fortran_order': "
                + (tensor.order() == Tensor.Order.F ? "True" : "False") + ", 'shape': " + tuple(tensor.shape()) + ", }";
        int needed = PREAMBLE + text.length() + 1;
        int length = (needed + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] header = new byte[length];
        Arrays.fill(header, (byte) ' ');
        ByteBuffer.wrap(header)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0x93)
                .put("NUMPY".getBytes(StandardCharsets.US_ASCII))
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) (length - PREAMBLE))
                .put(text.getBytes(StandardCharsets.US_ASCII));
        header[length - 1] = '\n';
        return header;
    }

    /** numpy's type code: byte order, kind, bytes an element. */
    private static String description(DType type) {
        String kind =
                switch (type) {
                    case BOOL -> "|b";
                    case INT8 -> "|i";
                    case UINT8 -> "|u";
                    case INT16, INT32, INT64 -> "<i";
                    case UINT16, UINT32, UINT64 -> "<u";
                    case FLOAT16, FLOAT32, FLOAT64 -> "<f";
                    case COMPLEX64, COMPLEX128 -> "<c";
                };
        return kind + type.itemSize();
    }

    private static String tuple(long[] shape) {
        String numbers = LongStream.of(shape).mapToObj(Long::toString).collect(Collectors.joining(", "));
        return shape.length == 1 ? "(" + numbers + ",)" : "(" + numbers + ")";
    }
}
