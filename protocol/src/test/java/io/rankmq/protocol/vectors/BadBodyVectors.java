// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static io.rankmq.protocol.vectors.BadVectors.hex;
import static io.rankmq.protocol.vectors.BadVectors.with;
import static io.rankmq.protocol.vectors.GoodVectors.NO_SHAREABLE;
import static io.rankmq.protocol.vectors.VectorFile.join;
import static io.rankmq.protocol.vectors.VectorFile.map;

import io.rankmq.protocol.vectors.Packer.Ext;
import io.rankmq.protocol.vectors.Packer.Raw;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Bodies of an EXECUTE that must be refused. */
final class BadBodyVectors {
    private static final String MALFORMED = "MALFORMED";
    private static final String INVALID = "INVALID_VALUE";
    private static final Map<String, @Nullable Object> EMPTY = map("shareable", NO_SHAREABLE, "context", map());

    private BadBodyVectors() {}

    static Map<String, VectorFile> all() {
        Map<String, VectorFile> files = new LinkedHashMap<>();
        files.put("bad-bodies", bodies());
        files.put("bad-values", values());
        files.put("bad-tensors", tensors());
        files.put("bad-attachments", attachments());
        return files;
    }

    private static VectorFile bodies() {
        VectorFile file = new VectorFile();
        byte[] body = Packer.pack(map(
                "shareable",
                map("headers", map(), "values", map("x", "four", "y", 1.5)),
                "context",
                map("p", List.of("v", 3))));
        for (int cut : new int[] {1, 5, 11, 12, 21, 31, 33, 40, body.length - 2, body.length - 1}) {
            file.badBody("cut after byte " + cut, MALFORMED, Arrays.copyOf(body, cut));
        }
        file.badBody("a byte too many", MALFORMED, join(body, hex("00")));
        file.badBody("nil", MALFORMED, hex("c0"));
        file.badBody("an array", MALFORMED, Packer.pack(List.of(EMPTY)));
        file.badBody("a byte that is no msgpack", MALFORMED, sharing(new Raw(hex("c1"))));
        shape(file, "no context", map("shareable", NO_SHAREABLE));
        shape(file, "no shareable", map("context", map()));
        shape(file, "a key too many", with(EMPTY, "zz", 1));
        shape(file, "nil as context", with(EMPTY, "context", null));
        shape(file, "nil as shareable", with(EMPTY, "shareable", null));
        shape(file, "a shareable without headers", with(EMPTY, "shareable", map("values", map())));
        shape(file, "a shareable with a third key", with(EMPTY, "shareable", with(NO_SHAREABLE, "zz", 1)));
        shape(file, "headers that are an array", with(EMPTY, "shareable", map("headers", List.of(), "values", map())));
        shape(file, "a property without marks", with(EMPTY, "context", map("p", List.of(1))));
        shape(file, "a property that is no array", with(EMPTY, "context", map("p", 1)));
        shape(file, "a property with marks 4", with(EMPTY, "context", map("p", List.of(1, 4))));
        shape(file, "a property with marks -1", with(EMPTY, "context", map("p", List.of(1, -1))));
        shape(file, "a property with true as marks", with(EMPTY, "context", map("p", List.of(1, true))));
        return file;
    }

    private static void shape(VectorFile file, String name, Map<String, @Nullable Object> body) {
        file.badBody(name, MALFORMED, Packer.pack(body));
    }

    private static byte[] sharing(@Nullable Object value) {
        return Packer.pack(map("shareable", map("headers", map(), "values", map("x", value)), "context", map()));
    }

    private static void value(VectorFile file, String name, @Nullable Object value) {
        file.badBody(name, INVALID, sharing(value));
    }

    private static Raw raw(String digits) {
        return new Raw(hex(digits));
    }

    private static VectorFile values() {
        VectorFile file = new VectorFile();
        value(file, "a repeated key", raw("82 a1 61 01 a1 61 02"));
        value(file, "a key that is an int", raw("81 01 01"));
        value(file, "a key that is nil", raw("81 c0 01"));
        value(file, "a text that is not UTF-8", raw("a2 c328"));
        value(file, "a key that is not UTF-8", raw("81 a1 ff 01"));
        value(file, "a surrogate in UTF-8", raw("a3 eda080"));
        value(file, "an integer over 2^63-1", raw("cf 8000000000000000"));
        value(file, "a time stamp", new Ext(-1, new byte[4]));
        value(file, "extension 0", new Ext(0, new byte[4]));
        value(file, "extension 3", new Ext(3, hex("00")));
        value(file, "extension 127", new Ext(127, new byte[0]));
        value(file, "nested one too deep", raw("91".repeat(61) + "90"));
        value(file, "nested 10000 deep", raw("91".repeat(10_000) + "c0"));
        value(file, "maps nested 1000 deep", raw("81a161".repeat(1000) + "c0"));
        value(file, "an inline bin of 65537 bytes", new Raw(join(hex("c6 00010001"), new byte[65537])));
        byte[] nils = new byte[4_194_305];
        Arrays.fill(nils, (byte) 0xc0);
        value(file, "an array of 4194305 elements", new Raw(join(hex("dd 00400001"), nils)));
        file.badBody("an array of 2^32-1 elements", MALFORMED, sharing(raw("dd ffffffff")));
        file.badBody("a map of 2^32-1 entries", MALFORMED, sharing(raw("df ffffffff")));
        file.badBody("a map of 2^31 entries", MALFORMED, sharing(raw("df 80000000")));
        file.badBody("a text of 2^32-1 bytes", MALFORMED, sharing(raw("db ffffffff")));
        file.badBody("a bin of 2^32-1 bytes", MALFORMED, sharing(raw("c6 ffffffff")));
        file.badBody("an extension of 2^32-1 bytes", MALFORMED, sharing(raw("c9 ffffffff 01")));
        file.badBody("a repeated key of the body", INVALID, hex("82 a7 636f6e74657874 80 a7 636f6e74657874 80"));
        file.badBody("a key of the body that is an int", INVALID, hex("82 01 80 a7 636f6e74657874 80"));
        return file;
    }

    private static void tensor(VectorFile file, String name, Object... payload) {
        value(file, name, new Ext(1, Packer.pack(List.of(payload))));
    }

    private static VectorFile tensors() {
        VectorFile file = new VectorFile();
        byte[] four = new byte[4];
        tensor(file, "an unknown type", "float8", List.of(4), "C", four);
        tensor(file, "a type in capitals", "FLOAT32", List.of(1), "C", four);
        tensor(file, "a type that is an int", 32, List.of(1), "C", four);
        tensor(file, "an unknown order", "float32", List.of(1), "A", four);
        tensor(file, "too few bytes", "float32", List.of(2), "C", four);
        tensor(file, "too many bytes", "float32", List.of(), "C", new byte[8]);
        tensor(file, "a negative dimension", "float32", List.of(-1, -1), "C", four);
        tensor(file, "a dimension that is a float", "float32", List.of(1.0), "C", four);
        tensor(file, "a product over 2^64", "uint8", List.of(1L << 32, 1L << 32), "C", new byte[0]);
        tensor(file, "a shape of 2^62 with no bytes", "float64", List.of(1L << 62), "C", new byte[0]);
        tensor(file, "33 dimensions", "uint8", java.util.Collections.nCopies(33, 1), "C", new byte[1]);
        tensor(file, "a shape that is an int", "uint8", 4, "C", four);
        tensor(file, "data that is a text", "uint8", List.of(4), "C", "four");
        tensor(file, "three parts", "uint8", List.of(4), "C");
        tensor(file, "five parts", "uint8", List.of(4), "C", four, 1);
        tensor(file, "a bool of 2", "bool", List.of(2), "C", new byte[] {1, 2});
        tensor(file, "65537 bytes inline", "uint8", List.of(65537), "C", new byte[65537]);
        value(file, "an empty payload", new Ext(1, new byte[0]));
        value(file, "a payload that is a map", new Ext(1, hex("80")));
        value(
                file,
                "a payload with a byte too many",
                new Ext(1, join(Packer.pack(List.of("uint8", List.of(4), "C", four)), hex("00"))));
        byte[] good = Packer.pack(List.of("uint8", List.of(4), "C", four));
        for (int cut : new int[] {1, 4, 7, 8, 9, 11, good.length - 1}) {
            value(file, "a payload cut after byte " + cut, new Ext(1, Arrays.copyOf(good, cut)));
        }
        value(file, "a shape of 2^32-1 dimensions", new Ext(1, hex("94 a5 75696e7438 dd ffffffff")));
        return file;
    }

    private static VectorFile attachments() {
        VectorFile file = new VectorFile();
        byte[] large = new byte[65_540];
        Ext first = new Ext(2, hex("00"));
        Ext tensor = new Ext(1, Packer.pack(List.of("uint8", List.of(65_540), "C", 0)));
        file.badBody("an attachment that is not there", INVALID, sharing(first));
        file.badBody("a tensor's attachment that is not there", INVALID, sharing(tensor));
        file.badBody("attachment 1 of 1", INVALID, sharing(new Ext(2, hex("01"))), large);
        file.badBody("attachment -1", INVALID, sharing(new Ext(2, hex("ff"))), large);
        file.badBody("attachment 2^32", INVALID, sharing(new Ext(2, hex("cf 0000000100000000"))), large);
        file.badBody("an attachment that is used twice", INVALID, sharing(List.of(first, first)), large);
        file.badBody("an attachment that is used twice, by two types", INVALID, sharing(List.of(first, tensor)), large);
        file.badBody("an attachment that is not used", INVALID, sharing(1), large);
        file.badBody("an attachment that is nil", INVALID, sharing(new Ext(2, hex("c0"))), large);
        file.badBody("an attachment with a byte too many", INVALID, sharing(new Ext(2, hex("00 00"))), large);
        file.badBody("an attachment without number", INVALID, sharing(new Ext(2, new byte[0])), large);
        file.badBody(
                "an attachment shorter than its tensor",
                INVALID,
                sharing(new Ext(1, Packer.pack(List.of("uint8", List.of(65_541), "C", 0)))),
                large);
        file.badBody(
                "an attachment longer than its tensor",
                INVALID,
                sharing(new Ext(1, Packer.pack(List.of("uint8", List.of(65_539), "C", 0)))),
                large);
        byte[] two = large.clone();
        two[65_539] = 2;
        file.badBody(
                "a bool of 2",
                INVALID,
                sharing(new Ext(1, Packer.pack(List.of("bool", List.of(65_540), "C", 0)))),
                two);
        return file;
    }
}
