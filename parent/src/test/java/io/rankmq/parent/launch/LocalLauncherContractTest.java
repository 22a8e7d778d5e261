// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import java.util.List;

class LocalLauncherContractTest implements LauncherContract {

    @Override
    public Launcher running(List<String> command) {
        return LocalLauncher.command(command);
    }
}
