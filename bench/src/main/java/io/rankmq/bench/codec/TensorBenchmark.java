// SPDX-License-Identifier: Apache-2.0
package io.rankmq.bench.codec;

import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Decoded;
import io.rankmq.protocol.Envelope;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.MessageCodec;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.Sender;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Is a tensor copied? Baseline: copying it once. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TensorBenchmark {

    /** Size of the tensor: inline, one frame, many frames. */
    @Param({"4096", "262144", "67108864"})
    public int bytes = 4096;

    private final Envelope envelope = new Envelope("s-0123456789abcdef", 0, 3, 1234);
    private float[] values = {};
    private float[] copy = {};
    private Shareable shareable = new Shareable();
    private List<ByteBuffer> frames = List.of();

    /** Makes the tensor. */
    @Setup
    public void fill() throws ProtocolException {
        values = new float[bytes / Float.BYTES];
        copy = new float[values.length];
        shareable = new Shareable().put("weights", Tensor.ofFloats(values, values.length));
        frames = encode();
    }

    /** Ours: from values to frames. */
    @Benchmark
    public List<ByteBuffer> encode() throws ProtocolException {
        Body body = Bodies.reply(shareable, null);
        return MessageCodec.encode(envelope, new Message.Result(1234, "t-1234", "OK", null, body));
    }

    /** Ours: from frames to values; what came in several frames is put together, which is one copy. */
    @Benchmark
    public Bodies.ReplyBody decode() throws ProtocolException {
        Decoded decoded = MessageCodec.decode(frames, Sender.RANK);
        return Bodies.readReply(decoded.message().body());
    }

    /** Baseline. */
    @Benchmark
    public float[] copyOnce() {
        System.arraycopy(values, 0, copy, 0, values.length);
        return copy;
    }
}
