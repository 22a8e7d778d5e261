// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.rankmq.api.Context;
import io.rankmq.api.Engine;
import io.rankmq.api.EventHandler;
import io.rankmq.api.Tensor;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.msgpack.jackson.dataformat.MessagePackMapper;

/**
 * Between users' own records or beans and plain values. Names of classes never travel: what arrives is a map, and the reader says what
 * it is to become.
 */
final class PlainValues {

    /** Types that Jackson might write, but that mean nothing in another process. */
    private static final List<Class<?>> OF_THIS_PROCESS = List.of(
            AutoCloseable.class,
            Thread.class,
            ClassLoader.class,
            AnnotatedElement.class,
            Engine.class,
            Context.class,
            EventHandler.class,
            io.rankmq.api.Executor.class,
            Executor.class,
            Future.class,
            Lock.class,
            Process.class,
            Iterator.class);

    private static final int SHOWN = 8;

    /** Made at first use: programs without records of their own do not pay for it. */
    private static final class Mapper {
        static final ObjectMapper INSTANCE = new MessagePackMapper()
                .registerModule(new SimpleModule()
                        .addSerializer(Tensor.class, new TensorSerializer())
                        .addDeserializer(Tensor.class, new TensorDeserializer()));
    }

    private PlainValues() {}

    /** A record or bean as maps, lists, texts, numbers and tensors. */
    static @Nullable Object toPlain(Object value, ValuePath path) throws ProtocolException {
        Class<?> type = value.getClass();
        if (type.isHidden() || OF_THIS_PROCESS.stream().anyMatch(unfit -> unfit.isInstance(value))) {
            throw new ProtocolException(
                    ErrorCode.INVALID_VALUE,
                    path + " is a " + type.getName() + ", which belongs to this process and cannot travel");
        }
        try {
            return Mapper.INSTANCE.convertValue(value, Object.class);
        } catch (IllegalArgumentException | StackOverflowError refused) {
            throw new ProtocolException(
                    ErrorCode.INVALID_VALUE,
                    place(path.toString(), refused) + " cannot travel: " + type.getName()
                            + " is not written by Jackson, " + reason(refused),
                    refused);
        }
    }

    /** The other way round. */
    static <T> T convert(Object plain, Class<T> type) {
        if (type.isInstance(plain)) {
            return type.cast(plain);
        }
        try {
            return Mapper.INSTANCE.convertValue(plain, type);
        } catch (IllegalArgumentException refused) {
            String place = place("", refused);
            throw new IllegalArgumentException(
                    "the value" + (place.isEmpty() ? "" : " at " + place) + " cannot be read as " + type.getSimpleName()
                            + ": " + reason(refused),
                    refused);
        }
    }

    private static String place(String start, Throwable refused) {
        StringBuilder place = new StringBuilder(start);
        if (refused.getCause() instanceof JsonMappingException mapping) {
            List<JsonMappingException.Reference> steps = mapping.getPath();
            for (JsonMappingException.Reference step : steps.subList(0, Math.min(SHOWN, steps.size()))) {
                ValuePath.append(place, step.getFieldName() == null ? step.getIndex() : step.getFieldName());
            }
            place.append(steps.size() > SHOWN ? "..." : "");
        }
        return place.toString();
    }

    /** The first line of what Jackson says. */
    private static String reason(Throwable refused) {
        if (refused instanceof StackOverflowError) {
            return "it is nested too deep, or contains itself";
        }
        Throwable cause = refused.getCause() == null ? refused : refused.getCause();
        String message =
                cause instanceof JsonMappingException mapping ? mapping.getOriginalMessage() : cause.getMessage();
        return Text.head(String.valueOf(message).lines().findFirst().orElse(""), 300);
    }

    private static final class TensorSerializer extends StdSerializer<Tensor> {
        private static final long serialVersionUID = 1L;

        TensorSerializer() {
            super(Tensor.class);
        }

        @Override
        public void serialize(Tensor tensor, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeEmbeddedObject(tensor);
        }
    }

    private static final class TensorDeserializer extends StdDeserializer<Tensor> {
        private static final long serialVersionUID = 1L;

        TensorDeserializer() {
            super(Tensor.class);
        }

        @Override
        public Tensor deserialize(JsonParser in, DeserializationContext context) throws IOException {
            if (in.currentToken() == JsonToken.VALUE_EMBEDDED_OBJECT
                    && in.getEmbeddedObject() instanceof Tensor tensor) {
                return tensor;
            }
            return (Tensor) context.handleUnexpectedToken(Tensor.class, in);
        }
    }
}
