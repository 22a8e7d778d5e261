// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes in JSON: hex digits, or an array of hex digits and of repetitions, so that a megabyte of zeros takes a line. */
final class Hex {
    private static final HexFormat FORMAT = HexFormat.of();
    private static final int WORTH_IT = 64;

    private Hex() {}

    static JsonNode write(byte[] bytes) {
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        int literal = 0;
        int at = 0;
        while (at < bytes.length) {
            int period = period(bytes, at);
            if (period == 0) {
                at++;
                continue;
            }
            if (at > literal) {
                parts.add(FORMAT.formatHex(bytes, literal, at));
            }
            int count = run(bytes, at, period) / period;
            parts.addObject()
                    .put("repeat", FORMAT.formatHex(bytes, at, at + period))
                    .put("count", count);
            at += count * period;
            literal = at;
        }
        if (bytes.length > literal || parts.isEmpty()) {
            parts.add(FORMAT.formatHex(bytes, literal, bytes.length));
        }
        return parts.size() == 1 && parts.get(0).isTextual() ? parts.get(0) : parts;
    }

    static byte[] read(JsonNode node) {
        if (node.isTextual()) {
            return FORMAT.parseHex(node.textValue());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (JsonNode part : node) {
            if (part.isTextual()) {
                out.writeBytes(FORMAT.parseHex(part.textValue()));
            } else {
                out.writeBytes(repeat(
                        FORMAT.parseHex(part.get("repeat").textValue()),
                        part.get("count").intValue()));
            }
        }
        return out.toByteArray();
    }

    static byte[] repeat(byte[] unit, int count) {
        byte[] bytes = new byte[unit.length * count];
        if (unit.length == 1) {
            Arrays.fill(bytes, unit[0]);
            return bytes;
        }
        for (int at = 0; at < bytes.length; at += unit.length) {
            System.arraycopy(unit, 0, bytes, at, unit.length);
        }
        return bytes;
    }

    /** The shortest period with which the bytes from {@code at} on repeat themselves for long enough, or 0. */
    private static int period(byte[] bytes, int at) {
        for (int period = 1; period <= 8; period *= 2) {
            if (run(bytes, at, period) >= WORTH_IT) {
                return period;
            }
        }
        return 0;
    }

    private static int run(byte[] bytes, int at, int period) {
        int end = at + period;
        while (end < bytes.length && bytes[end] == bytes[end - period]) {
            end++;
        }
        return Math.min(end, bytes.length) - at;
    }
}
