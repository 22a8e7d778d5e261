// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.data.DataPlane;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.ProtocolException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The large values of one task and of its replies: published until this is closed. For the thread that waits for the task. */
final class LargeValues implements AutoCloseable {
    private final @Nullable ParentData data;
    private final DataPlane.@Nullable Publication published;
    private final Message.Execute command;

    /**
     * Publishes those of a task; without a data plane, or with ranks that know none, they stay in the message.
     *
     * @throws IllegalArgumentException if they are too large for that
     */
    LargeValues(@Nullable ParentData data, Message.Execute task) {
        this.data = data;
        published = data == null ? null : data.publish(task.body());
        Body body = published == null ? task.body() : published.body();
        try {
            command = new Message.Execute(task.task(), task.name(), task.reply(), body.withinMessage());
        } catch (ProtocolException e) {
            throw new IllegalArgumentException(
                    "the data of task " + task.name() + " cannot travel: " + e.getMessage(), e);
        }
    }

    /** What to send. */
    Message.Execute command() {
        return command;
    }

    /**
     * The replies with their values, which are brought.
     *
     * @throws ProtocolException if one cannot be
     */
    Pending.Outcome<Message.Result> resolved(Pending.Outcome<Message.Result> outcome) throws ProtocolException {
        if (data == null || outcome.failure() != null) {
            return outcome;
        }
        SortedMap<Integer, Message.Result> answers = new TreeMap<>();
        for (Map.Entry<Integer, Message.Result> answer : outcome.answers().entrySet()) {
            Message.Result result = answer.getValue();
            Body body = data.resolve(answer.getKey(), result.body());
            answers.put(
                    answer.getKey(),
                    new Message.Result(result.applied(), result.task(), result.returnCode(), result.error(), body));
        }
        return new Pending.Outcome<>(answers, null);
    }

    @Override
    public void close() {
        if (published != null) {
            published.release();
        }
        if (data != null) {
            data.tidy();
        }
    }
}
