// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.run;

import io.rankmq.parent.RankFailure;
import io.rankmq.protocol.ErrorCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** A job cannot go on. */
final class JobFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final transient RankFailure failure;

    JobFailure(RankFailure failure) {
        super(failure.message());
        this.failure = failure;
    }

    /** Code of the parent's side threw, or the parent itself cannot go on. */
    static JobFailure of(ErrorCode code, String message, @Nullable Throwable thrown) {
        String trace = null;
        if (thrown != null) {
            StringWriter text = new StringWriter();
            thrown.printStackTrace(new PrintWriter(text));
            trace = text.toString();
        }
        RankFailure plain = RankFailure.ofSession(code, message);
        return new JobFailure(new RankFailure(
                code,
                message,
                plain.rank(),
                null,
                null,
                thrown == null ? null : thrown.toString(),
                trace,
                plain.lastLines()));
    }

    RankFailure failure() {
        return failure;
    }
}
