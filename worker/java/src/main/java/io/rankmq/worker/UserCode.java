// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;
import io.rankmq.api.Executor;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.component.ComponentBuilder;
import io.rankmq.component.ComponentException;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.ProtocolException;
import io.rankmq.protocol.WireError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's components, and the commands of the parent carried out in them. Whatever user code throws becomes an error that travels.
 * {@link #initialise} and {@link #execute} are called by the thread of the tasks, {@link #handle} by the event thread, never before INITIALIZE has ended.
 */
final class UserCode {
    private static final Logger LOG = LoggerFactory.getLogger(UserCode.class);

    private final ComponentBuilder builder;
    private final RankEngine engine;
    private final @Nullable RankData data;
    private @Nullable Executor executor;

    /** @param data brings and keeps large values, if there is a data plane */
    UserCode(ComponentBuilder builder, RankEngine engine, @Nullable RankData data) {
        this.builder = builder;
        this.engine = engine;
        this.data = data;
    }

    /** How long the parent may be silent; to be told before any task comes. */
    void agreed(long leaseNanos) {
        if (data != null) {
            data.agreed(leaseNanos);
        }
    }

    /** Builds the components and fires START_RUN. */
    Outcome initialise(Body body) {
        try {
            Bodies.InitializeBody read = Bodies.readInitialize(body);
            Map<String, Object> components = builder.buildAll(read.components());
            Executor built = executorOf(read.executor(), components);
            engine.install(handlersOf(components));
            Outcome outcome = fire(EventTypes.START_RUN, read.context(), true);
            if (outcome.error() == null) {
                executor = built;
            }
            return outcome;
        } catch (ComponentException refused) {
            return failed(error(refused));
        } catch (ProtocolException unreadable) {
            return failed(unreadable.toWireError());
        } catch (Throwable bug) {
            return failed(Failures.of(ErrorCode.INTERNAL, "INITIALIZE failed", bug));
        }
    }

    /**
     * Runs a task in a context of its own.
     *
     * @param mayRefer whether large values of the reply may stay here
     */
    Outcome execute(RankAction.StartTask task, boolean mayRefer, AbortSignal abort) {
        Executor runs = executor;
        if (abort.triggered()) {
            return Outcome.aborted();
        }
        if (runs == null) {
            String what = "task '" + task.name() + "' came to a rank that is not initialised";
            return failed(WireError.of(ErrorCode.NOT_AN_EXECUTOR, what));
        }
        try {
            Body body = data == null ? task.body() : data.bring(task.body(), abort);
            Bodies.TaskBody read = Bodies.readTask(body);
            Outcome outcome = run(runs, task, read.shareable(), engine.contextOf(read.context()), abort);
            Body reply = data != null && mayRefer ? data.publish(outcome.body()) : outcome.body();
            return outcome.with(reply.withinMessage());
        } catch (ProtocolException cannotTravel) {
            if (abort.triggered()) {
                return Outcome.aborted();
            }
            LOG.error("Task '{}' or its reply cannot travel: {}", task.name(), cannotTravel.getMessage());
            return Outcome.failed(ReturnCode.EXECUTION_RESULT_ERROR, cannotTravel.toWireError());
        } catch (Throwable bug) {
            // Memory that runs out while a body is read or written, for instance.
            LOG.error("Task '{}' failed outside its executor", task.name(), bug);
            String what = "task '" + task.name() + "' failed outside its executor";
            return Outcome.failed(
                    ReturnCode.EXECUTION_RESULT_ERROR, Failures.of(ErrorCode.EXECUTION_FAILED, what, bug));
        }
    }

    /** To be called after a task whose outcome is on its way. */
    void tidy() {
        if (data != null) {
            data.tidy();
        }
    }

    /** Fires an event of the parent. */
    Outcome handle(RankAction.StartEvent event) {
        try {
            return fire(event.event(), Bodies.readContext(event.body()), event.reply());
        } catch (ProtocolException cannotTravel) {
            LOG.error("Event '{}' or its changes cannot travel: {}", event.event(), cannotTravel.getMessage());
            return failed(cannotTravel.toWireError());
        } catch (Throwable bug) {
            LOG.error("Event '{}' failed outside its handlers", event.event(), bug);
            String what = "event '" + event.event() + "' failed outside its handlers";
            return failed(Failures.of(ErrorCode.HANDLER_FAILED, what, bug));
        }
    }

    private Outcome fire(String type, Map<String, Context.Property> received, boolean reply) throws ProtocolException {
        Context context = engine.eventContextOf(received);
        WireError error = engine.fireHere(type, context);
        if (error != null) {
            return failed(error);
        }
        return Outcome.ok(reply ? Bodies.changes(OwnProperties.without(context.changes())) : Body.NONE);
    }

    private Outcome run(Executor runs, RankAction.StartTask task, Shareable input, Context context, AbortSignal abort)
            throws ProtocolException {
        engine.fireHere(EventTypes.BEFORE_TASK_EXECUTION, context);
        Shareable reply;
        try {
            reply = runs.execute(task.name(), input, context, abort);
        } catch (Throwable thrown) {
            if (abort.triggered()) {
                LOG.info("Task '{}' was aborted and ended with {}", task.name(), thrown.toString());
                return Outcome.aborted();
            }
            LOG.error("The executor failed in task '{}'", task.name(), thrown);
            return Outcome.failed(ReturnCode.EXECUTION_EXCEPTION, Failures.of(ErrorCode.EXECUTION_FAILED, "", thrown));
        } finally {
            engine.fireHere(EventTypes.AFTER_TASK_EXECUTION, context);
        }
        if (abort.triggered()) {
            return Outcome.aborted();
        }
        return reply(task, reply, context);
    }

    /** The executor is the user's, so that null may come where it must not. */
    private static Outcome reply(RankAction.StartTask task, @Nullable Shareable reply, Context context)
            throws ProtocolException {
        if (reply == null) {
            String what =
                    "the executor returned null from task '" + task.name() + "'; return a Shareable, empty if need be";
            return Outcome.failed(ReturnCode.EXECUTION_RESULT_ERROR, WireError.of(ErrorCode.EXECUTION_FAILED, what));
        }
        Body body = task.reply() ? Bodies.reply(reply, OwnProperties.without(context.changes())) : Body.NONE;
        return new Outcome(reply.returnCode(), null, body);
    }

    private static Executor executorOf(String id, Map<String, Object> components) {
        Object component = components.get(id);
        if (component instanceof Executor found) {
            return found;
        }
        throw new ComponentException(
                ErrorCode.NOT_AN_EXECUTOR,
                component == null
                        ? "the executor is to be '" + id + "', but the components are " + components.keySet()
                        : "the executor is to be '" + id + "', but its class "
                                + component.getClass().getName() + " does not implement " + Executor.class.getName());
    }

    private static Map<String, EventHandler> handlersOf(Map<String, Object> components) {
        Map<String, EventHandler> handlers = new LinkedHashMap<>();
        components.forEach((id, component) -> {
            if (component instanceof EventHandler handler) {
                handlers.put(id, handler);
            }
        });
        return handlers;
    }

    private static WireError error(ComponentException refused) {
        LOG.error("{}", refused.getMessage(), refused.getCause());
        Throwable cause = refused.getCause();
        if (cause == null) {
            return WireError.of(refused.code(), String.valueOf(refused.getMessage()));
        }
        WireError full = Failures.of(refused.code(), "", cause);
        return new WireError(full.number(), String.valueOf(refused.getMessage()), full.type(), full.trace());
    }

    private static Outcome failed(WireError error) {
        return Outcome.failed(ReturnCode.EXECUTION_EXCEPTION, error);
    }
}
