// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.codec;

import io.rankmq.api.Shareable;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ProtocolException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.msgpack.jackson.dataformat.MessagePackMapper;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What do plain values cost, by how many there are? Baseline: Jackson with its msgpack format, unchecked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class BodyBenchmark {

    /** How many values a body holds, each a map of a number, a text and a list. */
    @Param({"1", "100", "10000"})
    public int values = 1;

    private final MessagePackMapper jackson = new MessagePackMapper();
    private Shareable shareable = new Shareable();
    private Body body = Body.NONE;
    private byte[] bytes = {};

    /** Makes the values. */
    @Setup
    public void fill() throws IOException, ProtocolException {
        shareable = new Shareable();
        for (int i = 0; i < values; i++) {
            shareable.put("value-" + i, Map.of("number", i * 0.5, "text", "text-" + i, "list", List.of(1, 2, 3, i)));
        }
        body = Bodies.reply(shareable, null);
        bytes = jackson.writeValueAsBytes(plain());
    }

    private Map<String, Object> plain() {
        Map<String, Object> plain = new HashMap<>();
        plain.put("headers", shareable.headers());
        plain.put("values", shareable.values());
        return plain;
    }

    /** Ours. */
    @Benchmark
    public Body write() throws ProtocolException {
        return Bodies.reply(shareable, null);
    }

    /** Ours. */
    @Benchmark
    public Bodies.ReplyBody read() throws ProtocolException {
        return Bodies.readReply(body);
    }

    /** Baseline. */
    @Benchmark
    public byte[] writeByJackson() throws IOException {
        return jackson.writeValueAsBytes(plain());
    }

    /** Baseline. */
    @Benchmark
    public Map<?, ?> readByJackson() throws IOException {
        return jackson.readValue(bytes, Map.class);
    }
}
