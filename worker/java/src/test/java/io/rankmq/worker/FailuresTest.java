// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.WireError;
import org.junit.jupiter.api.Test;

class FailuresTest {

    @Test
    void classMessageTraceAndCausesTravel() {
        Throwable thrown = new IllegalStateException("outer", new IllegalArgumentException("inner"));
        WireError error = Failures.of(ErrorCode.EXECUTION_FAILED, "the executor failed", thrown);
        assertThat(error.code()).isEqualTo(ErrorCode.EXECUTION_FAILED);
        assertThat(error.message()).isEqualTo("the executor failed: java.lang.IllegalStateException: outer");
        assertThat(error.type()).isEqualTo("java.lang.IllegalStateException");
        assertThat(error.trace())
                .startsWith("java.lang.IllegalStateException: outer\n\tat ")
                .contains("FailuresTest.java", "Caused by: java.lang.IllegalArgumentException: inner\n\tat ");
    }

    @Test
    void ofADeepTraceTheBeginningIsKept() {
        StackTraceElement[] frames = new StackTraceElement[1000];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = new StackTraceElement("C", "m" + i, "C.java", i);
        }
        Throwable thrown = new StackOverflowError();
        thrown.setStackTrace(frames);
        assertThat(Failures.of(ErrorCode.EXECUTION_FAILED, "deep", thrown).trace())
                .contains("C.m0(", "C.m39(", "... 960 more")
                .doesNotContain("C.m40(");
    }

    @Test
    void anExceptionThatCannotTellItsMessageIsStillReported() {
        Throwable thrown = new IllegalStateException() {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new UnsupportedOperationException();
            }
        };
        WireError error = Failures.of(ErrorCode.EXECUTION_FAILED, "odd", thrown);
        assertThat(error.type()).startsWith("io.rankmq.worker.FailuresTest$");
        assertThat(error.message()).startsWith("odd: io.rankmq.worker.FailuresTest$");
    }

    @Test
    void anExceptionThatExhaustsMemoryInTellingItsMessageIsStillReported() {
        Throwable thrown = new IllegalStateException() {
            private static final long serialVersionUID = 1;

            @Override
            public String getMessage() {
                throw new OutOfMemoryError();
            }
        };
        WireError error = Failures.of(ErrorCode.EXECUTION_FAILED, "odd", thrown);
        assertThat(error.message()).isEqualTo("odd");
        assertThat(error.type()).isNotNull();
    }

    @Test
    void causesThatAreTheirOwnCausesComeToAnEnd() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(Failures.of(ErrorCode.INTERNAL, "loop", one).trace())
                .contains("Caused by: java.lang.Exception: two");
    }
}
