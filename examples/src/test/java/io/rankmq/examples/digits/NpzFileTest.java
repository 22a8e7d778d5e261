// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.digits;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.DType;
import io.rankmq.api.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpzFileTest {

    @TempDir
    Path folder;

    @Test
    void everyTensorComesBackWithItsNameAndItsBytes() throws IOException {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("weights", Tensor.ofFloats(new float[] {1, -2.5f, 3, 4, 5, 6}, 2, 3));
        tensors.put("bias", Tensor.ofDoubles(new double[] {0.125, 1e300}));
        Path file = folder.resolve("model.npz");

        NpzFile.write(file, tensors);

        Map<String, byte[]> entries = unzip(file);
        assertThat(entries.keySet()).containsExactly("weights.npy", "bias.npy");
        tensors.forEach((name, tensor) -> {
            byte[] entry = entries.get(name + ".npy");
            byte[] header = NpzFile.header(tensor);
            assertThat(entry)
                    .startsWith(header)
                    .hasSize(header.length + tensor.buffer().remaining());
            assertThat(ByteBuffer.wrap(entry, header.length, tensor.buffer().remaining()))
                    .isEqualTo(tensor.buffer());
        });
    }

    @Test
    void theHeaderIsTheOneThatNumpyWrites() {
        // Taken from numpy.save(..., numpy.zeros((2, 3), "float32")).
        String text = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";

        byte[] header = NpzFile.header(Tensor.ofFloats(new float[6], 2, 3));

        assertThat(header).hasSize(128).startsWith(0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0);
        String written = new String(header, 10, 118, StandardCharsets.US_ASCII);
        assertThat(written).startsWith(text).endsWith(" \n");
        assertThat(written.strip()).isEqualTo(text);
    }

    @Test
    void aVectorsShapeIsATupleOfOneAndAScalarsAnEmptyOne() {
        assertThat(text(Tensor.ofFloats(new float[5]))).contains("'shape': (5,),");
        assertThat(text(Tensor.of(DType.FLOAT32, new long[0], Tensor.Order.C, ByteBuffer.allocate(4))))
                .contains("'shape': (),");
    }

    @Test
    void aColumnMajorTensorSaysSo() {
        Tensor tensor = Tensor.of(DType.UINT8, new long[] {2, 2}, Tensor.Order.F, ByteBuffer.allocate(4));

        assertThat(text(tensor)).startsWith("{'descr': '|u1', 'fortran_order': True,");
    }

    @Test
    void everyElementTypeHasNumpysCode() {
        assertThat(Arrays.stream(DType.values())
                        .map(type -> text(Tensor.of(type, new long[] {0}, Tensor.Order.C, ByteBuffer.allocate(0))))
                        .map(text -> text.substring(11, text.indexOf(',') - 1)))
                .containsExactly(
                        "|b1", "|i1", "|u1", "<i2", "<u2", "<i4", "<u4", "<i8", "<u8", "<f2", "<f4", "<f8", "<c8",
                        "<c16");
    }

    @Test
    void theDataBeginsAtAMultipleOf64AndTheLengthSaysWhere() {
        for (int dimensions = 0; dimensions <= 32; dimensions++) {
            long[] shape = new long[dimensions];
            Arrays.fill(shape, 1);
            byte[] header = NpzFile.header(Tensor.of(DType.INT8, shape, Tensor.Order.C, ByteBuffer.allocate(1)));

            assertThat(header.length % 64).isZero();
            assertThat(ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getShort(8))
                    .isEqualTo((short) (header.length - 10));
            assertThat(header[header.length - 1]).isEqualTo((byte) '\n');
        }
    }

    @Test
    void theSameTensorsGiveTheSameFile() throws IOException {
        Map<String, Tensor> tensors = Model.random(8, 1).tensors();

        NpzFile.write(folder.resolve("a.npz"), tensors);
        NpzFile.write(folder.resolve("b.npz"), tensors);

        assertThat(folder.resolve("a.npz")).hasSameBinaryContentAs(folder.resolve("b.npz"));
    }

    private static String text(Tensor tensor) {
        byte[] header = NpzFile.header(tensor);
        return new String(header, 10, header.length - 10, StandardCharsets.US_ASCII);
    }

    private static Map<String, byte[]> unzip(Path file) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(file))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                entries.put(entry.getName(), zip.readAllBytes());
            }
        }
        return entries;
    }
}
