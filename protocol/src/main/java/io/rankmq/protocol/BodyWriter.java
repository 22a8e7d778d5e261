// SPDX-License-Identifier: Apache-2.0
package io.rankmq.protocol;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import java.util.List;
import java.util.Map;

/** Writes one body part by part, in the order of the calls. */
final class BodyWriter {
    private static final int PRIVATE = 1;
    private static final int STICKY = 2;

    private final ValueWriter out = new ValueWriter(Limits.DEFAULT);

    /** @param parts how many parts follow */
    BodyWriter(int parts) throws ProtocolException {
        out.openMap(parts);
    }

    Body toBody() throws ProtocolException {
        out.close();
        return out.toBody();
    }

    void text(String key, String text) throws ProtocolException {
        out.key(key);
        out.text(text);
    }

    void components(List<ComponentConfig> components) throws ProtocolException {
        out.key("components");
        out.openArray(components.size());
        int index = 0;
        for (ComponentConfig component : components) {
            out.at(index++);
            out.openMap(3);
            text("id", component.id());
            out.key("path");
            String anyLanguage = component.paths().get(ComponentConfig.ANY_LANGUAGE);
            out.value(component.paths().size() == 1 && anyLanguage != null ? anyLanguage : component.paths());
            out.key("args");
            out.map(component.args());
            out.close();
        }
        out.close();
    }

    void shareable(Shareable shareable) throws ProtocolException {
        out.key("shareable");
        // Users know headers and values, not where in a body they are.
        out.at(null);
        out.openMap(2);
        out.key("headers");
        out.map(shareable.headers());
        out.key("values");
        out.map(shareable.values());
        out.close();
    }

    void changes(Context.Changes changes) throws ProtocolException {
        out.key("changes");
        out.openMap(2);
        context("set", changes.set());
        out.key("removed");
        out.value(changes.removed());
        out.close();
    }

    void context(String key, Map<String, Context.Property> properties) throws ProtocolException {
        out.key(key);
        ValueWriter.Mark begin = out.openMap();
        int written = 0;
        for (Map.Entry<String, Context.Property> entry : properties.entrySet()) {
            ValueWriter.Mark before = out.mark();
            try {
                property(entry.getKey(), entry.getValue());
                written++;
            } catch (ProtocolException fault) {
                if (fault.code() != ErrorCode.INVALID_VALUE) {
                    throw fault;
                }
                out.rewind(before);
                LeftOut.note(entry.getKey(), String.valueOf(fault.getMessage()));
            }
        }
        out.close(begin, written);
    }

    private void property(String name, Context.Property property) throws ProtocolException {
        out.key(name);
        out.openArray(2);
        out.value(property.value());
        out.integer((property.isPrivate() ? PRIVATE : 0) + (property.isSticky() ? STICKY : 0));
        out.close();
    }
}
