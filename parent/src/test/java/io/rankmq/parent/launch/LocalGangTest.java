// SPDX-License-Identifier: Apache-2.0
package io.rankmq.parent.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher for this host does beyond the contract. */
class LocalGangTest {
    /** Starts its ranks in sessions of their own, as torchrun does, and tells their pids. */
    private static final String WRAPPER = "for r in $(seq 0 $((WORLD_SIZE - 1))); do"
            + " RANK=$r LOCAL_RANK=$r setsid sh -c 'echo $RANK $$; sleep 1000; :' & done; wait";

    @Test
    void startsProcessesInGroupsOfTheirOwn() throws Exception {
        try (Trial trial = Trial.of(sh("echo up; sleep 1000"), 2)) {
            await().atMost(Trial.PATIENCE).until(() -> trial.told().lines().size() == 2);
            for (int rank = 0; rank < 2; rank++) {
                ProcFs.Entry entry = ProcFs.ofThisHost().entry(trial.pid(rank));
                assertThat(entry).isNotNull();
                assertThat(entry.group()).isEqualTo(trial.pid(rank));
                assertThat(entry.session()).isEqualTo(trial.pid(rank));
            }
        }
    }

    @Test
    void keepsDocumentsInAFolderThatOnlyTheOwnerCanEnter() throws Exception {
        try (Trial trial = Trial.of(sh("echo $RANKMQ_BOOTSTRAP; sleep 1000"), 1)) {
            await().atMost(Trial.PATIENCE).until(() -> !trial.told().lines().isEmpty());
            Path document = Path.of(trial.told().out(0).get(0));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(document)))
                    .isEqualTo("rw-------");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(document.getParent())))
                    .isEqualTo("rwx------");
        }
    }

    @Test
    void givesAWrapperTheKeysOfAllItsRanksAndNoRank() throws Exception {
        Launcher launcher = sh("cat $RANKMQ_BOOTSTRAP; echo RANK=$RANK LOCAL_RANK=$LOCAL_RANK $WORLD_SIZE")
                .env("UNUSED", "x")
                .startsAllRanks();
        try (Trial trial = Trial.of(launcher, 3)) {
            trial.awaitExits(1);
            String text = String.join("\n", trial.told().out(GangListener.LAUNCHER));
            assertThat(text).endsWith("RANK= LOCAL_RANK= 3");
            trial.request()
                    .bootstrap()
                    .ranks()
                    .values()
                    .forEach(keys -> assertThat(text).contains(keys.secretKey()));
            assertThat(trial.exit(GangListener.LAUNCHER).exitCode()).isZero();
        }
    }

    @Test
    void killsTheRanksOfAWrapper() throws Exception {
        try (Trial trial = Trial.of(sh(WRAPPER).startsAllRanks(), 3)) {
            await().atMost(Trial.PATIENCE).until(() -> trial.told().lines().size() == 3);
            ProcessHandle.of(trial.pid(GangListener.LAUNCHER)).orElseThrow().destroyForcibly();
            trial.awaitExits(1);
            assertThat(trial.livingProcesses()).hasSizeGreaterThanOrEqualTo(3);
            trial.gang().kill();
            assertThat(trial.gang().awaitEnd(Duration.ofSeconds(2))).isTrue();
            assertThat(trial.livingProcesses()).isEmpty();
        }
    }

    @Test
    void tellsTheEndOfAWrappersRankOnceItHasJoined() throws Exception {
        try (Trial trial = Trial.of(sh(WRAPPER).startsAllRanks(), 2)) {
            await().atMost(Trial.PATIENCE).until(() -> trial.told().lines().size() == 2);
            for (String line : trial.told().out(GangListener.LAUNCHER)) {
                String[] words = line.split(" ", -1);
                trial.gang()
                        .joined(
                                Integer.parseInt(words[0]),
                                HostName.current() + ".example.org",
                                Long.parseLong(words[1]));
            }
            long pid = pidOf(1, trial);
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            await().atMost(Duration.ofSeconds(1))
                    .until(() -> trial.told().exits().size() == 1);
            assertThat(trial.exit(1)).isEqualTo(new GangListener.Exit(1, HostName.current(), pid, null, null));
            assertThat(trial.exit(1).describe()).isEqualTo("an unknown exit code");
            assertThat(trial.gang().lastLines(1, 10)).hasSize(2);
        }
    }

    @Test
    void ignoresWhoJoinsFromElsewhereOrIsNotOfTheSession() throws Exception {
        Process stranger = new ProcessBuilder("sleep", "1000").start();
        try (Trial trial = Trial.of(sh(WRAPPER).startsAllRanks(), 2)) {
            await().atMost(Trial.PATIENCE).until(() -> trial.told().lines().size() == 2);
            trial.gang().joined(0, HostName.current(), stranger.pid());
            trial.gang().joined(0, "elsewhere", pidOf(0, trial));
            trial.gang().joined(1, HostName.current(), pidOf(1, trial));
            stranger.destroyForcibly();
            ProcessHandle.of(pidOf(0, trial)).orElseThrow().destroyForcibly();
            ProcessHandle.of(pidOf(1, trial)).orElseThrow().destroyForcibly();
            await().atMost(Trial.PATIENCE).until(() -> trial.told().exits().size() >= 2);
            assertThat(trial.told().exits())
                    .extracting(GangListener.Exit::rank)
                    .containsExactlyInAnyOrder(1, GangListener.LAUNCHER);
        } finally {
            stranger.destroyForcibly();
        }
    }

    @Test
    void tellsTheExitCodeOfTheCommandAroundARank() throws Exception {
        try (Trial trial = Trial.of(sh("sleep 1000 & echo $!; wait $!; exit 5"), 1)) {
            killJoined(trial);
            trial.awaitExits(1);
            assertThat(trial.exit(0).exitCode()).isEqualTo(5);
        }
    }

    @Test
    void tellsTheEndOfARankWhoseCommandGoesOn() throws Exception {
        try (Trial trial = Trial.of(sh("sleep 1000 & echo $!; wait $!; sleep 1000"), 1)) {
            long pid = killJoined(trial);
            trial.awaitExits(1);
            assertThat(trial.exit(0)).isEqualTo(new GangListener.Exit(0, HostName.current(), pid, null, null));
        }
    }

    @Test
    void hasReadWhatARankWroteBeforeItsLastLinesAreAskedFor(@TempDir Path folder) throws Exception {
        Path turn = folder.resolve("turn");
        assertThat(new ProcessBuilder("mkfifo", turn.toString()).start().waitFor())
                .isZero();
        // Opened once: between two openings a turn would be lost.
        String command =
                "exec 3<> " + turn + "; while read n <&3; do echo line $n; : > " + folder + "/written-$n; done";
        try (Trial trial = Trial.of(sh(command), 1)) {
            for (int n = 0; n < 20; n++) {
                Path written = folder.resolve("written-" + n);
                Files.writeString(turn, n + "\n");
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofNanos(100_000))
                        .atMost(Trial.PATIENCE)
                        .until(() -> Files.exists(written));
                assertThat(trial.gang().lastLines(0, 1)).containsExactly("line " + n);
            }
        }
    }

    @Test
    void goesOnWhenAListenerThrows() throws Exception {
        AtomicReference<GangListener.Exit> exit = new AtomicReference<>();
        GangListener throwing = new GangListener() {
            @Override
            public void onStarted(int rank, String host, long pid) {
                throw new IllegalStateException("thrown by a test, onStarted");
            }

            @Override
            public void onOutput(Line line) {
                throw new IllegalStateException("thrown by a test, onOutput");
            }

            @Override
            public void onExit(Exit told) {
                exit.set(told);
            }

            @Override
            public void onLogFailure(String sentence) {}
        };
        List<Throwable> seen = new ArrayList<>();
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, e) -> seen.add(e));
        try (Gang gang = sh("echo x; exit 4").launch(Trial.request(1, null), throwing)) {
            assertThat(gang.awaitEnd(Trial.PATIENCE)).isTrue();
            assertThat(exit.get().exitCode()).isEqualTo(4);
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
        }
        assertThat(seen).extracting(Throwable::getMessage).contains("thrown by a test, onOutput");
    }

    @Test
    void closesFromWithinAListener() throws Exception {
        CompletableFuture<Gang> gang = new CompletableFuture<>();
        RecordingListener told = new RecordingListener();
        LaunchRequest request = Trial.request(2, null);
        GangListener closing = new GangListener() {
            @Override
            public void onStarted(int rank, String host, long pid) {}

            @Override
            public void onOutput(Line line) {
                gang.join().close();
            }

            @Override
            public void onExit(Exit exit) {
                told.onExit(exit);
            }

            @Override
            public void onLogFailure(String sentence) {}
        };
        gang.complete(sh("echo x; sleep 1000").launch(request, closing));
        await().atMost(Trial.PATIENCE).until(() -> told.exits().size() == 2);
        assertThat(Trial.livingProcesses(request.session())).isEmpty();
    }

    @Test
    void startsOtherRanksInOtherWays() throws Exception {
        LocalLauncher launcher = sh("echo first").ranks("1-2", sh("echo second"));
        try (Trial trial = Trial.of(launcher, 3)) {
            trial.awaitExits(3);
            assertThat(trial.told().out(0)).containsExactly("first");
            assertThat(trial.told().out(2)).containsExactly("second");
        }
        assertThatThrownBy(() -> launcher.ranks("2", launcher)).hasMessageContaining("overlap");
        assertThatThrownBy(launcher::startsAllRanks).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> LocalLauncher.java().startsAllRanks()).hasMessageContaining("startedBy");
        assertThatThrownBy(() -> LocalLauncher.command(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    private static LocalLauncher sh(String text) {
        return LocalLauncher.command(List.of("sh", "-c", text));
    }

    /** The rank's one line is the pid that joins; returns it. */
    private static long killJoined(Trial trial) {
        await().atMost(Trial.PATIENCE).until(() -> !trial.told().lines().isEmpty());
        long pid = Long.parseLong(trial.told().out(0).get(0));
        trial.gang().joined(0, HostName.current(), pid);
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        return pid;
    }

    private static long pidOf(int rank, Trial trial) {
        return trial.told().out(GangListener.LAUNCHER).stream()
                .filter(line -> line.startsWith(rank + " "))
                .mapToLong(line -> Long.parseLong(line.split(" ", -1)[1]))
                .findAny()
                .orElseThrow();
    }
}
