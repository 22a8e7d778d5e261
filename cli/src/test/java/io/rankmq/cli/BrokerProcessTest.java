// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.rankmq.cli.run.ExitCode;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code rankmq keygen}, {@code broker}, {@code status} and {@code run --broker} as processes. */
@Timeout(300)
class BrokerProcessTest {

    @TempDir
    private Path folder;

    private BrokerSite site;

    @BeforeEach
    void site() throws Exception {
        site = new BrokerSite(folder);
    }

    @Test
    void aJobRunsOverItAndTheStatusTellsOfItsRanks() throws Exception {
        Path me = site.parent("me");
        Path boss = site.newcomer("boss");
        site.admit(boss, "operators");
        Path other = site.parent("other");
        try (Cli broker = site.start("--set", "operators=operators")) {
            try (Cli job = run(me, "wait", "java")) {
                job.awaitOut("rank 1 does wait");
                await().atMost(Cli.PATIENCE)
                        .until(() -> site.status(me).findValuesAsText("lag"), List.of("0", "0")::equals);
                JsonNode session = site.status(boss).at("/parents").findParents("sessions").stream()
                        .filter(parent -> parent.path("name").asText().equals("me"))
                        .findFirst()
                        .orElseThrow()
                        .at("/sessions/0");
                assertThat(session.findValuesAsText("state")).containsExactly("connected", "connected");
                assertThat(session.path("newest_command").asInt()).isPositive();
                assertThat(site.status(other).toString())
                        .doesNotContain(session.path("session").asText());
                Path text = Files.createDirectories(me.resolve("text"));
                try (Cli status = site.asking(text, "status", "--key", "../rankmq.key")) {
                    assertThat(status.exitCode()).as(status::err).isZero();
                    assertThat(status.out())
                            .contains("parent me: 1 session, ")
                            .containsPattern("rank 1 connected, 0 commands behind, heard [0-9.]+ s ago");
                }
                job.signal("TERM");
                assertThat(job.exitCode()).as(job::err).isEqualTo(143);
                job.assertNothingLeft();
            }
            try (Cli job = run(site.parent("late"), "greet", "java")) {
                assertThat(job.exitCode()).as(job::err).isZero();
                assertThat(job.report().path("outcome").asText()).isEqualTo("OK");
            }
            broker.signal("TERM");
            assertThat(broker.exitCode()).as(broker::err).isZero();
            assertThat(broker.err().lines())
                    .allMatch(line -> line.matches("[0-9-]{10}T[0-9:.]{12}\\S+ (INFO|WARN) \\w+ - .*"));
            for (String once : List.of(
                    "listening address=127.0.0.1 port=" + site.port,
                    "- ready",
                    "parent_admitted parent=me operator=false",
                    "parent_admitted parent=boss operator=true")) {
                assertThat(broker.err().lines())
                        .filteredOn(line -> line.contains(once))
                        .hasSize(1);
            }
            assertThat(broker.err().lines())
                    .filteredOn(line -> line.contains("session_opened"))
                    .hasSize(2);
            assertThat(broker.err().lines())
                    .filteredOn(line -> line.contains("reason=\"closed by its parent\""))
                    .hasSize(2);
        }
    }

    @Test
    void ranksInPythonRunOverItToo() throws Exception {
        Path me = site.parent("me");
        Files.writeString(me.resolve("greeter.py"), """
                from rankmq import Executor, Shareable

                class Greeter(Executor):
                    def execute(self, task_name, shareable, ctx, abort_signal):
                        return Shareable(values={"said": task_name})
                """);
        try (Cli broker = site.start();
                Cli job = run(me, "greet", "python")) {
            assertThat(job.exitCode()).as(job::err).isZero();
            assertThat(job.report().path("ranks"))
                    .allSatisfy(
                            rank -> assertThat(rank.path("language").asText()).isEqualTo("python"));
            job.assertNothingLeft();
            assertThat(broker.err()).contains("session_opened");
        }
    }

    @Test
    void keysComeAndGoWhileItRuns() throws Exception {
        Path me = site.parent("me");
        Path late = site.newcomer("late");
        Files.writeString(site.home.resolve("parents/broken.pub"), "this is no key");
        try (Cli broker = site.start()) {
            site.admit(late, "parents");
            broker.awaitErr("parent_admitted parent=late");
            assertThat(site.status(late).findValuesAsText("name")).containsExactly("late");
            try (Cli job = run(me, "wait", "java")) {
                job.awaitOut("rank 1 does wait");
                Files.delete(site.home.resolve("parents/me.pub"));
                assertThat(job.exitCode()).as(job::err).isEqualTo(ExitCode.RANKS_LOST);
                assertThat(job.err()).contains("the operator has withdrawn the key of this parent");
                job.assertNothingLeft();
            }
            assertThat(broker.err()).contains("parent_withdrawn parent=me sessions_ended=1");
            assertThat(broker.err().lines())
                    .filteredOn(line -> line.contains("broken.pub holds no public key"))
                    .hasSize(1);
            try (Cli job = run(me, "greet", "java", "--set", "limits.lease=3s")) {
                assertThat(job.exitCode()).as(job::err).isEqualTo(ExitCode.RANKS_LOST);
                assertThat(job.err())
                        .contains("does not answer; is it running")
                        .contains("has its operator admitted the key")
                        .doesNotContain("\tat ");
            }
            assertThat(broker.err().lines())
                    .filteredOn(line -> line.contains("Refused key"))
                    .hasSize(1);
        }
    }

    @Test
    void itsHealthTellsWhenRanksMayCome() throws Exception {
        int health = freePort();
        try (Cli broker = site.start("--set", "health=127.0.0.1:" + health, "--set", "limits.quiet_start=3s")) {
            await().atMost(Cli.PATIENCE).until(() -> health(health), "503 {\"ready\": false}\n"::equals);
            broker.awaitErr("- ready");
            assertThat(health(health)).isEqualTo("200 {\"ready\": true}\n");
            long begun = System.nanoTime();
            broker.signal("TERM");
            assertThat(broker.exitCode()).as(broker::err).isZero();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
        }
    }

    @Test
    void aBadFileIsToldInFullWithLineAndKey() throws Exception {
        Files.writeString(site.home.resolve("broker.yaml"), """
                bind: everywhere
                prot: 7770
                session_ports: 9000-8000
                health: 127.0.0.1:99999
                key: missing.key
                parents: nobody
                limits:
                  parent_lease: soon
                  bytes_per_parent: 1
                """);
        try (Cli broker = new Cli(site.home, "broker", "--config", "broker.yaml")) {
            assertThat(broker.exitCode()).as(broker::err).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(broker.err().lines())
                    .anyMatch(line -> line.contains("broker.yaml:1:") && line.contains("bind: expected a numeric IPv4"))
                    .anyMatch(line -> line.contains("broker.yaml:2:") && line.contains("did you mean 'port'?"))
                    .anyMatch(
                            line -> line.contains("broker.yaml:3:") && line.contains("session_ports: expected a range"))
                    .anyMatch(line -> line.contains("broker.yaml:4:") && line.contains("health: expected a port"))
                    .anyMatch(line -> line.contains("broker.yaml:5:") && line.contains("rankmq keygen --name broker"))
                    .anyMatch(line -> line.contains("broker.yaml:6:") && line.contains("is no folder; make it"))
                    .anyMatch(line -> line.contains("broker.yaml:8:") && line.contains("parent_lease: expected a time"))
                    .anyMatch(line -> line.contains("broker.yaml:9:") && line.contains("bytes_per_parent: expected"))
                    .hasSize(8);
        }
    }

    @Test
    void aKeyThatOthersCanReadIsRefused() throws Exception {
        Files.setPosixFilePermissions(site.home.resolve("broker.key"), PosixFilePermissions.fromString("rw-r--r--"));
        try (Cli broker = site.launch()) {
            assertThat(broker.exitCode()).as(broker::err).isEqualTo(ExitCode.BAD_INPUT);
            assertThat(broker.err().lines()).singleElement().asString().contains("key: ", "chmod 600");
        }
    }

    @Test
    void aPortInUseIsOneSentenceForEachOfItsPorts() throws Exception {
        for (int offset : List.of(0, 1)) {
            try (ServerSocket taken = new ServerSocket(site.port + offset);
                    Cli broker = site.launch()) {
                assertThat(broker.exitCode()).as(broker::err).isEqualTo(ExitCode.RANKS_LOST);
                assertThat(broker.err().lines())
                        .filteredOn(line -> line.startsWith("rankmq: "))
                        .singleElement()
                        .asString()
                        .contains("cannot bind tcp://127.0.0.1:" + taken.getLocalPort(), "choose another bind or port");
                assertThat(broker.err()).doesNotContain("\tat ");
            }
        }
    }

    private Cli run(Path where, String task, String worker, String... more) throws Exception {
        Files.writeString(where.resolve("job.yaml"), """
                name: job
                world_size: 2
                executor: it
                components: [{id: it, path: {java: io.rankmq.cli.testkit.Scripted, python: greeter.Greeter}}]
                allow: [io.rankmq.cli.testkit., greeter.]
                python_path: [.]
                launcher: {type: local, worker: %s}
                tasks: [{name: %s, data: {rank: 1}}]
                """.formatted(worker, task));
        List<String> args = new ArrayList<>(List.of("run", "job.yaml"));
        args.addAll(List.of(more));
        return site.asking(where, args.toArray(String[]::new));
    }

    private static String health(int port) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            HttpResponse<String> answer =
                    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException | InterruptedException notYet) {
            return "";
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
