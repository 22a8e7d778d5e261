// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** Exit codes of a rank (docs/protocol.md, section 10). */
final class ExitCode {
    static final int CLOSED = 0;
    static final int FAILED = 1;
    static final int BAD_ENVIRONMENT = 2;
    static final int NOT_JOINED = 3;
    static final int PARENT_GONE = 4;

    private ExitCode() {}
}
