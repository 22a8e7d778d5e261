// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionProcessesTest {
    private static final String SESSION =
            "processes-test-" + ProcessHandle.current().pid();
    private static final ProcFs NO_PROC = new ProcFs(Path.of("/nonexistent"));

    private final SessionProcesses processes = new SessionProcesses(SESSION, ProcFs.ofThisHost());
    private final List<ProcessHandle> toEnd = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() {
        toEnd.forEach(ProcessHandle::destroyForcibly);
    }

    @Test
    void findsWhoLeftTheEnvironmentButNotTheGroup() throws Exception {
        Process leader = started("env -i sh -c 'echo $$; exec sleep 1000' & sleep 0.2; exit");
        ProcessHandle child = told(leader);
        processes.started(leader.toHandle());
        leader.waitFor();
        assertThat(processes.living()).containsExactly(child);
        processes.killAll();
        assertThat(processes.living()).isEmpty();
        assertThat(processes.isAlive(child)).isFalse();
    }

    @Test
    void remembersWhoLeftEverythingAfterItWasSeen() throws Exception {
        Process leader = started("env -i setsid sh -c 'echo $$; exec sleep 1000' & wait");
        processes.started(leader.toHandle());
        ProcessHandle child = told(leader);
        assertThat(processes.living()).contains(leader.toHandle(), child);
        leader.destroyForcibly().waitFor();
        assertThat(processes.living()).containsExactly(child);
        processes.killAll();
        assertThat(processes.isAlive(child)).isFalse();
    }

    @Test
    void saysWhoseGroupIsEmpty() throws Exception {
        Process alone = started("echo $$");
        Process withChild = started("sleep 1000 & echo $!");
        toEnd.add(told(withChild));
        processes.started(alone.toHandle());
        processes.started(withChild.toHandle());
        alone.waitFor();
        withChild.waitFor();
        assertThat(processes.ended(List.of(alone.toHandle(), withChild.toHandle())))
                .containsExactly(alone.toHandle());
    }

    @Test
    void sparesOthers() throws Exception {
        Process other = started("exec sleep 1000");
        Process sameUser = new ProcessBuilder("sleep", "1000").start();
        toEnd.add(sameUser.toHandle());
        processes.killAll();
        assertThat(processes.belongs(other.toHandle())).isFalse();
        assertThat(processes.belongs(ProcessHandle.current())).isFalse();
        assertThat(other.isAlive() && sameUser.isAlive()).isTrue();
    }

    @Test
    void knowsDescendantsWhereThereIsNoProc() throws Exception {
        SessionProcesses elsewhere = new SessionProcesses(SESSION, NO_PROC);
        Process leader = started("setsid sh -c 'echo $$; exec sleep 1000' & wait");
        ProcessHandle child = told(leader);
        elsewhere.started(leader.toHandle());
        assertThat(elsewhere.living()).contains(leader.toHandle(), child);
        assertThat(elsewhere.belongs(child)).isTrue();
        elsewhere.killAll();
        assertThat(leader.waitFor(1, TimeUnit.SECONDS)).isTrue();
        assertThat(processes.isAlive(child)).isFalse();
    }

    private Process started(String script) throws Exception {
        Process process = new ProcessBuilder("setsid", "sh", "-c", script).start();
        toEnd.add(process.toHandle());
        return process;
    }

    /** The process whose number a script wrote. */
    private ProcessHandle told(Process process) throws Exception {
        String line =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)).readLine();
        ProcessHandle told =
                ProcessHandle.of(Long.parseLong(Objects.requireNonNull(line))).orElseThrow();
        toEnd.add(told);
        return told;
    }
}
