// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** An environment in which no rank can start; the message is one sentence for the user. */
final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SettingsException(String sentence) {
        super(sentence);
    }
}
