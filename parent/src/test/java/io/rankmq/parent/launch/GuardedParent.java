// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A parent that will be killed: starts two ranks that start daemons and will not end by themselves, and tells its session. */
final class GuardedParent {
    static final String RANK = "trap '' TERM HUP INT; (setsid sh -c 'sleep 1000 & sleep 1001; :' >/dev/null 2>&1 &);"
            + " env -i setsid sleep 1002 & sleep 1003 & echo $!; sleep 1004; :";

    private GuardedParent() {}

    public static void main(String[] args) throws Exception {
        LaunchRequest request = Trial.request(2, null);
        RecordingListener told = new RecordingListener();
        LocalLauncher.command(List.of("sh", "-c", RANK)).launch(request, told);
        await().until(() -> told.lines().size() == 2);
        System.out.println(request.session());
        // Lives until it is killed.
        new CountDownLatch(1).await();
    }
}
