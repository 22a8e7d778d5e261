// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol.vectors;

import static io.rankmq.protocol.vectors.VectorFile.map;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Kind;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.TestEngine;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Reads the body of a message of any kind, shows it as the vectors do, and writes it again. */
final class BodyReplay {
    private BodyReplay() {}

    /** The body in tagged form, and the same body written again. */
    record Outcome(ObjectNode json, Body again) {}

    static Outcome replay(Kind kind, Body body) throws ProtocolException {
        Map<String, @Nullable Object> parts = map();
        Body again =
                switch (kind) {
                    case INITIALIZE -> {
                        Bodies.InitializeBody read = Bodies.readInitialize(body);
                        parts.putAll(map(
                                "executor",
                                read.executor(),
                                "components",
                                read.components().stream()
                                        .map(BodyReplay::model)
                                        .toList(),
                                "context",
                                model(read.context())));
                        yield Bodies.initialize(read.executor(), read.components(), context(read.context()));
                    }
                    case EXECUTE -> {
                        Bodies.TaskBody read = Bodies.readTask(body);
                        parts.putAll(map("shareable", model(read.shareable()), "context", model(read.context())));
                        yield Bodies.task(read.shareable(), context(read.context()));
                    }
                    case HANDLE_EVENT, EVENT -> {
                        Map<String, Context.Property> read = Bodies.readContext(body);
                        parts.put("context", model(read));
                        yield Bodies.context(context(read));
                    }
                    case RESULT -> {
                        Bodies.ReplyBody read = Bodies.readReply(body);
                        if (read.shareable() != null) {
                            parts.put("shareable", model(read.shareable()));
                        }
                        if (read.changes() != null) {
                            parts.put("changes", model(read.changes()));
                        }
                        yield Bodies.reply(read.shareable(), read.changes());
                    }
                    default -> {
                        Context.Changes read = Bodies.readChanges(body);
                        parts.put("changes", model(read));
                        yield Bodies.changes(read);
                    }
                };
        return new Outcome(Tagged.body(parts), again);
    }

    private static Context context(Map<String, Context.Property> properties) {
        return new Context(new TestEngine(), properties, (name, property) -> {});
    }

    private static Map<String, @Nullable Object> model(ComponentConfig config) {
        String any = config.paths().get(ComponentConfig.ANY_LANGUAGE);
        return map(
                "id", config.id(), "path", any == null ? config.paths() : any, "args", model((Object) config.args()));
    }

    private static Map<String, @Nullable Object> model(Shareable shareable) {
        return map("headers", model((Object) shareable.headers()), "values", model((Object) shareable.values()));
    }

    private static Map<String, @Nullable Object> model(Context.Changes changes) {
        return map("set", model(changes.set()), "removed", List.copyOf(changes.removed()));
    }

    private static Map<String, @Nullable Object> model(Map<String, Context.Property> context) {
        Map<String, @Nullable Object> model = new LinkedHashMap<>();
        context.forEach((name, p) -> model.put(name, new Packer.P(model(p.value()), p.isPrivate(), p.isSticky())));
        return model;
    }

    private static @Nullable Object model(@Nullable Object value) {
        if (value instanceof Tensor tensor) {
            ByteBuffer data = tensor.buffer();
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            List<Long> shape = LongStream.of(tensor.shape()).boxed().toList();
            return new Packer.T(tensor.dtype().wireName(), shape, tensor.order().name(), bytes);
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> model = new ArrayList<>();
            list.forEach(element -> model.add(model(element)));
            return model;
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> model = new LinkedHashMap<>();
            map.forEach((key, element) -> model.put((String) key, model(element)));
            return model;
        }
        return value;
    }
}
