// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.codec;

import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.msgpack.jackson.dataformat.MessagePackMapper;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What does the smallest useful message cost, a RESULT without a body? Baseline: Jackson with its msgpack format, unchecked. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HeaderBenchmark {
    private final Envelope envelope = new Envelope("s-0123456789abcdef", 0, 3, 1234);
    private final Message message = new Message.Result(1234, "t-1234", "OK", null, Body.NONE);
    private final List<ByteBuffer> frames = MessageCodec.encode(envelope, message);
    private final MessagePackMapper jackson = new MessagePackMapper();
    private final byte[] bytes = frames.get(0).array();

    /** Ours. */
    @Benchmark
    public List<ByteBuffer> encode() {
        return MessageCodec.encode(envelope, message);
    }

    /** Ours. */
    @Benchmark
    public Decoded decode() throws ProtocolException {
        return MessageCodec.decode(frames, Sender.RANK);
    }

    /** Baseline. */
    @Benchmark
    public byte[] encodeByJackson() throws IOException {
        return jackson.writeValueAsBytes(Map.of(
                "v",
                1,
                "kind",
                "RESULT",
                "session",
                "s-0123456789abcdef",
                "incarnation",
                0,
                "rank",
                3,
                "seq",
                1234,
                "applied",
                1234,
                "task",
                "t-1234",
                "return_code",
                "OK"));
    }

    /** Baseline. */
    @Benchmark
    public Map<?, ?> decodeByJackson() throws IOException {
        return jackson.readValue(bytes, Map.class);
    }
}
