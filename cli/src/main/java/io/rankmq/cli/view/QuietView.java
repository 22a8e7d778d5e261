// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import io.rankmq.cli.run.RunEvent;

/** Shows nothing but a failure. */
final class QuietView implements RunView {
    private final TextView text;

    QuietView(TextView text) {
        this.text = text;
    }

    @Override
    public void show(RunEvent event) {
        if (event instanceof RunEvent.Failed) {
            text.show(event);
        }
    }

    @Override
    public void leftOut(long lines) {
        // Nothing was to be shown.
    }
}
