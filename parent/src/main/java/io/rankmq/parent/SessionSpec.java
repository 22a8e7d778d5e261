// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import io.rankmq.broker.SessionPort;
import io.rankmq.parent.launch.Launcher;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What a {@link SessionBuilder} describes, complete and consistent. */
record SessionSpec(
        String id,
        int worldSize,
        String executorId,
        List<ComponentConfig> components,
        List<String> allow,
        List<EventHandler> handlers,
        List<SessionListener> listeners,
        Launcher launcher,
        @Nullable Path logDirectory,
        SessionLimits limits,
        int maxRestarts,
        AbortSignal abort,
        BrokerAccess broker,
        DataSettings data,
        UnaryOperator<SessionPort> port,
        Map<String, Context.Property> properties) {}
