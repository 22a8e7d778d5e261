// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** No rank was given to this process; the message is one sentence for the user. */
final class NotJoinedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotJoinedException(String sentence) {
        super(sentence);
    }
}
