// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A task to execute.
 *
 * @param name name that the executor gets
 * @param data input of every rank
 * @param context the caller's context, into which the repliers' changes are merged; null: a fresh one
 * @param reply whose replies are wanted
 * @param timeout how long all ranks together may take; null: the session's default
 * @param abort once triggered, the ranks are told to abort, the session is finalised, and the result is OK; null: never
 */
public record TaskRequest(
        String name,
        Shareable data,
        @Nullable Context context,
        ReplyPolicy reply,
        @Nullable Duration timeout,
        @Nullable AbortSignal abort) {

    /** A task with rank 0 replying and the session's default timeout. */
    public static TaskRequest of(String name, Shareable data) {
        return new TaskRequest(name, data, null, ReplyPolicy.rank0(), null, null);
    }

    /** The same with this context. */
    public TaskRequest withContext(Context callers) {
        return new TaskRequest(name, data, callers, reply, timeout, abort);
    }

    /** The same with this policy. */
    public TaskRequest withReply(ReplyPolicy policy) {
        return new TaskRequest(name, data, context, policy, timeout, abort);
    }

    /** The same with this timeout. */
    public TaskRequest withTimeout(Duration limit) {
        return new TaskRequest(name, data, context, reply, limit, abort);
    }

    /** The same with this abort signal. */
    public TaskRequest withAbort(AbortSignal signal) {
        return new TaskRequest(name, data, context, reply, timeout, signal);
    }
}
