// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads bodies. Large tensors and byte arrays are not copied in writing, so they must not be changed until the message is
 * acknowledged; received tensors are read-only views. Context properties that cannot travel are left out with a warning; any other
 * value that cannot gives a {@link ProtocolException} INVALID_VALUE that names its place, a body that is too large LIMIT_EXCEEDED.
 * Reading refuses bytes that are no such body with MALFORMED or INVALID_VALUE. Without state, safe for use by many threads.
 */
public final class Bodies {

    /** Body of INITIALIZE. */
    public record InitializeBody(
            String executor, List<ComponentConfig> components, Map<String, Context.Property> context) {}

    /** Body of EXECUTE. */
    public record TaskBody(Shareable shareable, Map<String, Context.Property> context) {}

    /**
     * Body of RESULT.
     *
     * @param shareable the reply, if there is one
     * @param changes changes of the context, if there are any
     */
    public record ReplyBody(@Nullable Shareable shareable, Context.@Nullable Changes changes) {}

    private Bodies() {}

    /** Writes the body of INITIALIZE. */
    public static Body initialize(String executor, List<ComponentConfig> components, Context context)
            throws ProtocolException {
        BodyWriter out = new BodyWriter(3);
        out.text("executor", executor);
        out.components(components);
        out.context("context", context.properties());
        return out.toBody().withinMessage();
    }

    /** Reads the body of INITIALIZE. */
    public static InitializeBody readInitialize(Body body) throws ProtocolException {
        return new BodyReader(body).initialize();
    }

    /** Writes the body of EXECUTE, with attachments of any size: {@link Body#withinMessage} says whether they can stay there. */
    public static Body task(Shareable shareable, Context context) throws ProtocolException {
        BodyWriter out = new BodyWriter(2);
        out.shareable(shareable);
        out.context("context", context.properties());
        return out.toBody();
    }

    /** Reads the body of EXECUTE. */
    public static TaskBody readTask(Body body) throws ProtocolException {
        return new BodyReader(body).task();
    }

    /** Writes the body of HANDLE_EVENT and EVENT. */
    public static Body context(Context context) throws ProtocolException {
        return context(context.properties());
    }

    /** Writes the body of HANDLE_EVENT and EVENT, of properties by name. */
    public static Body context(Map<String, Context.Property> properties) throws ProtocolException {
        BodyWriter out = new BodyWriter(1);
        out.context("context", properties);
        return out.toBody().withinMessage();
    }

    /** Reads the body of HANDLE_EVENT and EVENT. */
    public static Map<String, Context.Property> readContext(Body body) throws ProtocolException {
        return new BodyReader(body).context();
    }

    /** Writes the body of RESULT; what is null, or no change, is left out; with attachments of any size, like that of a task. */
    public static Body reply(@Nullable Shareable shareable, Context.@Nullable Changes changes)
            throws ProtocolException {
        Context.Changes changed = changes == null || isEmpty(changes) ? null : changes;
        BodyWriter out = new BodyWriter((shareable == null ? 0 : 1) + (changed == null ? 0 : 1));
        if (shareable != null) {
            out.shareable(shareable);
        }
        if (changed != null) {
            out.changes(changed);
        }
        return out.toBody();
    }

    /** Reads the body of RESULT; no body is a reply of nothing. */
    public static ReplyBody readReply(Body body) throws ProtocolException {
        return body.isEmpty() ? new ReplyBody(null, null) : new BodyReader(body).reply();
    }

    /** Writes the body of INITIALIZED, EVENT_HANDLED and EVENT_REPLY: no body at all if nothing changed. */
    public static Body changes(Context.Changes changes) throws ProtocolException {
        if (isEmpty(changes)) {
            return Body.NONE;
        }
        BodyWriter out = new BodyWriter(1);
        out.changes(changes);
        return out.toBody().withinMessage();
    }

    /** Reads the body of INITIALIZED, EVENT_HANDLED and EVENT_REPLY; no body is no change. */
    public static Context.Changes readChanges(Body body) throws ProtocolException {
        return body.isEmpty() ? Context.Changes.NONE : new BodyReader(body).changesAlone();
    }

    /**
     * Makes a user's own record or bean of a received value: what was sent as one arrives as a map.
     *
     * @throws IllegalArgumentException if the value does not fit the type; the message names the place
     */
    public static <T> T convert(Object plain, Class<T> type) {
        return PlainValues.convert(plain, type);
    }

    /** Names of context properties that this process left out because they cannot travel, and how often. */
    public static Map<String, Long> leftOut() {
        return LeftOut.counts();
    }

    private static boolean isEmpty(Context.Changes changes) {
        return changes.set().isEmpty() && changes.removed().isEmpty();
    }
}
