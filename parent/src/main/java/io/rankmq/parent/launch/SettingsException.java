// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.io.Serial;
import java.util.List;

/** A launcher's settings are wrong, in one or more places. */
public final class SettingsException extends IllegalArgumentException {
    @Serial
    private static final long serialVersionUID = 1;

    private final List<String> faults;

    /** @param faults at least one; each a sentence that begins with the key, as in {@code command: ...} */
    public SettingsException(List<String> faults) {
        super(String.join("; ", faults));
        if (faults.isEmpty()) {
            throw new IllegalArgumentException("at least one fault is needed");
        }
        this.faults = List.copyOf(faults);
    }

    /** All of them, in the order in which the settings were looked at. */
    public List<String> faults() {
        return faults;
    }
}
