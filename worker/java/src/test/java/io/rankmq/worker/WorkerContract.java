// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rankmq.api.ComponentConfig;
import io.rankmq.api.Context;
import io.rankmq.api.Shareable;
import io.rankmq.api.Tensor;
import io.rankmq.protocol.Bodies;
import io.rankmq.protocol.Body;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.OutputEvent;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every worker does, in whatever language: a real process against a {@link ScriptedParent}. A subclass says how one is started, and has the
 * components of {@code io.rankmq.worker.contract} in its language.
 */
abstract class WorkerContract {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Message.Welcome WELCOME = new Message.Welcome(1, ScriptedParent.WORLD_SIZE, 0, 200, 10_000, 4);

    /** The words that start a worker. */
    abstract List<String> command();

    /** Its name for paths. */
    abstract String language();

    /** Variables that it needs besides those of a rank. */
    abstract Map<String, String> environment();

    @TempDir
    Path folder;

    private final ScriptedParent parent = new ScriptedParent();
    private final Map<String, String> rank = new HashMap<>();
    private WorkerProcess worker;

    @BeforeEach
    void writeTheBootstrapDocument() {
        Path file = folder.resolve("bootstrap.json");
        parent.document().write(file);
        rank.putAll(environment());
        rank.put("RANKMQ_BOOTSTRAP", file.toString());
        rank.put("RANKMQ_SESSION", ScriptedParent.SESSION);
        rank.put("RANK", "0");
        rank.put("WORLD_SIZE", Integer.toString(ScriptedParent.WORLD_SIZE));
    }

    @AfterEach
    void endTheWorker() {
        if (worker != null) {
            worker.close();
            assertNoSecretIn(worker.output());
        }
        parent.close();
    }

    private void start() throws IOException {
        worker = WorkerProcess.start(command(), rank, folder);
    }

    private void startAndJoin() throws IOException {
        start();
        parent.join(WELCOME);
    }

    private void startAndInitialise() throws IOException {
        startAndJoin();
        Message.Initialized answer = parent.initialise(components(), "deed");
        assertThat(answer.error()).isNull();
    }

    private List<ComponentConfig> components() {
        return List.of(
                component("deed", "Deed", Map.of("greeting", nested("Greeting", Map.of("text", "hello")))),
                component("witness", "Witness", Map.of()));
    }

    private static ComponentConfig component(String id, String name, Map<String, Object> args) {
        return new ComponentConfig(id, paths(name), args);
    }

    private static Map<String, Object> nested(String name, Map<String, Object> args) {
        return Map.of("path", paths(name), "args", args);
    }

    private static Map<String, String> paths(String name) {
        return Map.of("java", "io.rankmq.worker.contract." + name, "python", "contract_components." + name);
    }

    private void assertNoSecretIn(String output) {
        parent.document().ranks().values().forEach(keys -> assertThat(output).doesNotContain(keys.secretKey()));
    }

    private static WireError error(@Nullable WireError error) {
        return Objects.requireNonNull(error, "an error was expected");
    }

    private static Context.Changes changes(Body body) {
        return ScriptedParent.encode(() -> Bodies.readChanges(body));
    }

    private static Object value(Map<String, Context.Property> properties, String name) {
        return Objects.requireNonNull(properties.get(name), () -> name + " is not in " + properties)
                .value();
    }

    private static void assertIsGone(long pid) {
        await().atMost(SOON)
                .until(() -> ProcessHandle.of(pid).map(WorkerContract::isOver).orElse(true));
    }

    /** Ended, or waiting only for somebody to notice. */
    private static boolean isOver(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/stat")).contains(") Z ");
        } catch (IOException gone) {
            return true;
        }
    }

    @Test
    void joinsAsWhoItIsAndEchoesTheProbe() throws IOException {
        start();
        Message.Join join = parent.join(WELCOME);
        assertThat(join.minVersion()).isEqualTo(1);
        assertThat(join.maxVersion()).isEqualTo(1);
        assertThat(join.worldSize()).isEqualTo(ScriptedParent.WORLD_SIZE);
        assertThat(join.applied()).isZero();
        assertThat(join.host()).isNotEmpty();
        assertThat(join.pid()).isEqualTo(worker.pid());
        assertThat(join.language()).isEqualTo(language());
        assertThat(join.runtime()).containsIgnoringCase(language());
    }

    @Test
    void joinsWithTheWorldSizeThatItWasTold() throws IOException {
        rank.put("WORLD_SIZE", "7");
        start();
        assertThat(parent.await(Message.Join.class).worldSize()).isEqualTo(7);
        parent.direct(new Message.Refuse(WireError.of(ErrorCode.BAD_WORLD_SIZE, "two ranks, not seven")));
        assertThat(worker.exitCode(SOON)).isEqualTo(3);
        assertThat(worker.output()).contains("two ranks, not seven");
    }

    @Test
    void asksAgainForAWelcomeThatIsLost() throws IOException {
        start();
        parent.await(Message.Join.class);
        parent.join(WELCOME);
    }

    @Test
    void sendsHeartbeatsAsOftenAsItIsTold() throws IOException {
        startAndJoin();
        parent.forget();
        long begin = System.nanoTime();
        IntStream.range(0, 5).forEach(i -> parent.await(Message.RankHeartbeat.class));
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofMillis(700), Duration.ofSeconds(3));
    }

    @Test
    void firesStartRunOnceInsideInitialise() throws IOException {
        startAndJoin();
        Message.Initialized answer = parent.initialise(components(), "deed");
        assertThat(value(changes(answer.body()).set(), "started")).isEqualTo(true);
        long again = parent.event("start_run");
        assertThat(parent.await(Message.EventHandled.class).command()).isEqualTo(again);
        assertThat(parent.reply("journal").get("journal")).isEqualTo(List.of("start_run", "before_task_execution"));
    }

    @Test
    void knowsItsRankAndKeepsStickyPropertiesForLaterTasks() throws IOException {
        startAndInitialise();
        Message.Result echoed = parent.result("echo", new Shareable());
        Context.Changes changes = Objects.requireNonNull(
                ScriptedParent.encode(() -> Bodies.readReply(echoed.body())).changes());
        assertThat(changes.set()).containsOnlyKeys("echoed");
        assertThat(Objects.requireNonNull(changes.set().get("echoed")).isSticky())
                .isTrue();
        assertThat(parent.reply("whoami").values())
                .containsOnly(
                        Map.entry("rank", 0L),
                        Map.entry("world_size", 2L),
                        Map.entry("marked", true),
                        Map.entry("echoed", "hello"),
                        Map.entry("aborted", false));
    }

    @Test
    void takesItsRankFromNobodyElse() throws IOException {
        startAndInitialise();
        Context poisoned = ScriptedParent.context(Map.of(
                "rank_number", new Context.Property(9, true, true),
                "num_of_processes", new Context.Property(99, false, false)));
        parent.command(new Message.Execute(
                "t", "whoami", null, ScriptedParent.encode(() -> Bodies.task(new Shareable(), poisoned))));
        Shareable reply = ScriptedParent.reply(parent.await(Message.Result.class));
        assertThat(reply.get("rank")).isEqualTo(0L);
        assertThat(reply.get("world_size")).isEqualTo(2L);
    }

    @Test
    void sendsBackLargeTensorsBesideTheMessage() throws IOException {
        startAndInitialise();
        float[] numbers = new float[300_000];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = i;
        }
        Tensor large = Tensor.ofFloats(numbers, 3, 100_000);
        Tensor small = Tensor.ofLongs(new long[] {1, 2, 3});
        Message.Result result = parent.result(
                "echo", new Shareable().put("large", large).put("small", small).put("text", "ö"));
        assertThat(result.returnCode()).isEqualTo("OK");
        assertThat(result.body().attachments()).hasSize(1);
        Shareable reply = ScriptedParent.reply(result);
        assertThat(reply.get("large")).isEqualTo(large);
        assertThat(reply.get("small")).isEqualTo(small);
        assertThat(reply.get("text")).isEqualTo("ö");
    }

    @Test
    void repliesOnlyIfItsReplyIsWanted() throws IOException {
        startAndInitialise();
        Body body = ScriptedParent.encode(() -> Bodies.task(new Shareable().put("x", 1), ScriptedParent.context()));
        parent.command(new Message.Execute("t", "echo", List.of(1), body));
        Message.Result result = parent.await(Message.Result.class);
        assertThat(result.task()).isEqualTo("t");
        assertThat(result.returnCode()).isEqualTo("OK");
        assertThat(result.body().isEmpty()).isTrue();
    }

    @Test
    void reportsTheReturnCodeOfTheExecutor() throws IOException {
        startAndInitialise();
        assertThat(parent.result("nonsense", new Shareable()).returnCode()).isEqualTo("TASK_UNKNOWN");
    }

    @Test
    void handlesEventsOfTheParentAndSendsNoneOfThemBack() throws IOException {
        startAndInitialise();
        parent.event("down");
        Message.EventHandled handled = parent.await(Message.EventHandled.class);
        assertThat(handled.error()).isNull();
        Map<String, Context.Property> set = changes(handled.body()).set();
        assertThat(set).containsOnlyKeys("seen_by", "seen_from", "witness");
        assertThat(value(set, "seen_by")).isEqualTo(0L);
        assertThat(value(set, "witness")).isEqualTo(0L);
        assertThat(value(set, "seen_from")).isEqualTo("multi_process_executor");
        parent.reply("count");
        assertThat(parent.unseen(Message.Event.class)).isZero();
    }

    @Test
    void theFirerOfAnEventGetsTheParentsChanges() throws IOException {
        startAndInitialise();
        parent.execute("t", "ask", new Shareable());
        Message.Event event = parent.await(Message.Event.class);
        assertThat(event.event()).isEqualTo("ask");
        assertThat(event.awaited()).isTrue();
        Map<String, Context.Property> sent = ScriptedParent.encode(() -> Bodies.readContext(event.body()));
        assertThat(sent).containsKeys("question", "from_parent");
        answer(1);
        assertThat(ScriptedParent.reply(parent.await(Message.Result.class)).get("answer"))
                .isEqualTo(42L);
    }

    private void answer(long eventSeq) {
        Context.Changes answer =
                new Context.Changes(Map.of("answer", new Context.Property(42, false, false)), Set.of());
        parent.direct(new Message.EventReply(eventSeq, null, ScriptedParent.encode(() -> Bodies.changes(answer))));
    }

    @Test
    void asksAgainForAnAnswerThatIsLost() throws IOException {
        startAndInitialise();
        parent.execute("t", "ask", new Shareable());
        parent.await(Message.Event.class);
        // It was acknowledged and not answered, so it comes again.
        parent.await(Message.Event.class);
        answer(1);
        assertThat(ScriptedParent.reply(parent.await(Message.Result.class)).get("answer"))
                .isEqualTo(42L);
    }

    @Test
    void anEventThatFailsInTheParentDoesNotFailItsFirer() throws IOException {
        startAndInitialise();
        parent.execute("t", "ask", new Shareable());
        parent.await(Message.Event.class);
        parent.direct(new Message.EventReply(1, WireError.of(ErrorCode.HANDLER_FAILED, "no answer"), Body.NONE));
        assertThat(ScriptedParent.reply(parent.await(Message.Result.class)).get("answer"))
                .isNull();
    }

    @Test
    void postedEventsKeepTheirOrderAndWaitOnlyForTheWindow() throws IOException {
        startAndInitialise();
        parent.acknowledgesEvents(false);
        parent.execute("t", "post", new Shareable().put("events", 10));
        parent.await(Message.Mark.class, mark -> mark.newest() == WELCOME.eventWindow());
        assertThat(parent.unseen(Message.Event.class)).isEqualTo(WELCOME.eventWindow());
        assertThat(parent.unseen(Message.Result.class)).isZero();
        parent.acknowledgesEvents(true);
        parent.direct(new Message.Ack(StreamName.EVENTS, WELCOME.eventWindow()));
        for (long i = 0; i < 10; i++) {
            Message.Event event = parent.await(Message.Event.class);
            assertThat(event.awaited()).isFalse();
            assertThat(value(ScriptedParent.encode(() -> Bodies.readContext(event.body())), "i"))
                    .isEqualTo(i);
        }
        assertThat(parent.await(Message.Result.class).error()).isNull();
    }

    @Test
    void sendsEventsAgainThatTheParentAsksFor() throws IOException {
        startAndInitialise();
        parent.acknowledgesEvents(false);
        parent.execute("t", "post", new Shareable().put("events", 3));
        parent.await(Message.Result.class);
        IntStream.range(0, 3).forEach(i -> parent.await(Message.Event.class));
        parent.direct(new Message.Resend(StreamName.EVENTS, 2));
        IntStream.range(0, 2).forEach(i -> parent.await(Message.Event.class));
    }

    @Test
    void aTaskWaitsForTheEventsBeforeIt() throws IOException {
        startAndInitialise();
        parent.event("slow");
        assertThat(parent.reply("journal").get("journal"))
                .isEqualTo(List.of("start_run", "slow", "slow:done", "before_task_execution"));
    }

    @Test
    void anEventBehindATaskRunsWhileTheTaskRuns() throws IOException {
        startAndInitialise();
        parent.execute("t", "release", new Shareable());
        parent.event("release");
        parent.await(Message.EventHandled.class);
        assertThat(ScriptedParent.reply(parent.await(Message.Result.class)).get("released"))
                .isEqualTo(true);
    }

    @Test
    void abortReachesTheRunningTaskAndNoLaterOne() throws IOException {
        startAndInitialise();
        parent.execute("a", "wait", new Shareable());
        parent.command(new Message.Abort("a", "enough"));
        Message.Result result = parent.await(Message.Result.class);
        assertThat(result.returnCode()).isEqualTo("TASK_ABORTED");
        assertThat(result.error()).isNull();
        assertThat(parent.reply("whoami").get("aborted")).isEqualTo(false);
    }

    @Test
    void abortReachesTasksThatWait() throws IOException {
        startAndInitialise();
        parent.execute("a", "wait", new Shareable());
        parent.execute("b", "count", new Shareable());
        parent.command(new Message.Abort(null, "enough"));
        for (String task : List.of("a", "b")) {
            Message.Result result =
                    parent.await(Message.Result.class, any -> any.task().equals(task));
            assertThat(result.returnCode()).isEqualTo("TASK_ABORTED");
        }
        assertThat(parent.reply("count").get("count"))
                .as("the waiting task never ran")
                .isEqualTo(1L);
    }

    @Test
    void aLostCommandIsAskedForAndRunsInItsPlace() throws IOException {
        startAndInitialise();
        parent.command(new Message.HandleEvent("slow", null, contextBody()), 0);
        parent.execute("t", "journal", new Shareable());
        Shareable reply = ScriptedParent.reply(parent.await(Message.Result.class));
        assertThat(reply.get("journal")).isEqualTo(List.of("start_run", "slow", "slow:done", "before_task_execution"));
        assertThat(parent.await(Message.Resend.class)).isEqualTo(new Message.Resend(StreamName.COMMANDS, 2));
    }

    @Test
    void aLostLastCommandIsNoticedByTheHeartbeat() throws IOException {
        startAndInitialise();
        parent.command(new Message.HandleEvent("down", null, contextBody()), 0);
        assertThat(parent.await(Message.EventHandled.class).command()).isEqualTo(2);
    }

    @Test
    void aCommandThatComesTwiceRunsOnce() throws IOException {
        startAndInitialise();
        Body body = ScriptedParent.encode(() -> Bodies.task(new Shareable(), ScriptedParent.context()));
        parent.command(new Message.Execute("t", "count", null, body), 3);
        assertThat(ScriptedParent.reply(parent.await(Message.Result.class)).get("count"))
                .isEqualTo(1L);
        assertThat(parent.reply("count").get("count")).isEqualTo(2L);
    }

    @Test
    void commandsAreAcknowledgedSoon() throws IOException {
        start();
        // So rarely that no heartbeat carries the acknowledgement.
        parent.join(new Message.Welcome(1, ScriptedParent.WORLD_SIZE, 0, 30_000, 90_000, 4));
        parent.initialise(components(), "deed");
        parent.execute("t", "wait", new Shareable());
        assertThat(parent.find(Message.Ack.class, ack -> ack.upto() == 2, SOON))
                .isEqualTo(new Message.Ack(StreamName.COMMANDS, 2));
    }

    @Test
    void aSilentSubscriptionIsRebuiltAndTheRankWorksOn() throws IOException {
        start();
        parent.join(new Message.Welcome(1, ScriptedParent.WORLD_SIZE, 0, 200, 2000, 4));
        assertThat(parent.initialise(components(), "deed").error()).isNull();
        parent.forget();
        parent.broadcastsHeartbeats(false);
        // The other connection still speaks: acknowledgements answer its heartbeats.
        Message.Join again = parent.await(Message.Join.class);
        assertThat(again.applied()).isEqualTo(1);
        parent.broadcastsHeartbeats(true);
        parent.join(new Message.Welcome(1, ScriptedParent.WORLD_SIZE, 1, 200, 2000, 4));
        assertThat(parent.reply("count").get("count")).isEqualTo(1L);
    }

    @Test
    void aParentThatIsGoneEndsTheRankAndItsChildren() throws IOException {
        start();
        parent.join(new Message.Welcome(1, ScriptedParent.WORLD_SIZE, 0, 200, 1500, 4));
        assertThat(parent.initialise(components(), "deed").error()).isNull();
        long daemon = parent.reply("daemon").get("pid", Long.class);
        parent.execute("t", "stuck", new Shareable());
        parent.broadcastsHeartbeats(false);
        parent.sendsAcknowledgements(false);
        assertThat(worker.exitCode(Duration.ofSeconds(6))).isEqualTo(4);
        assertIsGone(daemon);
    }

    @Test
    void closeEndsAnIdleRank() throws IOException {
        startAndInitialise();
        parent.command(new Message.Close(2000, "all done"));
        assertThat(parent.await(Message.Leaving.class).reason()).contains("all done");
        assertThat(worker.exitCode(SOON)).isZero();
    }

    @Test
    void closeAbortsTheTaskAndEndsWhatTheRankLeavesBehind() throws IOException {
        startAndInitialise();
        long daemon = parent.reply("daemon").get("pid", Long.class);
        parent.execute("t", "wait", new Shareable());
        parent.command(new Message.Close(5000, "all done"));
        assertThat(parent.await(Message.Result.class).returnCode()).isEqualTo("TASK_ABORTED");
        parent.await(Message.Leaving.class);
        assertThat(worker.exitCode(SOON)).isZero();
        assertIsGone(daemon);
    }

    @Test
    void aShellAroundTheRankOutlivesIt() throws IOException {
        List<String> words = new ArrayList<>(List.of("sh", "-c", "\"$@\"; echo the shell saw $?", "sh"));
        words.addAll(command());
        worker = WorkerProcess.start(words, rank, folder);
        parent.join(WELCOME);
        parent.initialise(components(), "deed");
        parent.command(new Message.Close(2000, "all done"));
        assertThat(worker.exitCode(SOON)).isZero();
        assertThat(worker.output()).contains("the shell saw 0");
    }

    @Test
    void closeLetsEventsThatWaitBeHandled() throws IOException {
        startAndInitialise();
        parent.event("slow");
        long last = parent.event("down");
        parent.command(new Message.Close(5000, "all done"));
        parent.await(Message.EventHandled.class, handled -> handled.command() == last);
        parent.await(Message.Leaving.class);
        assertThat(worker.exitCode(SOON)).isZero();
    }

    @Test
    void closeKeepsEventsUntilTheParentHasThem() throws IOException {
        startAndInitialise();
        parent.acknowledgesEvents(false);
        parent.result("post", new Shareable().put("events", 2L));
        parent.await(Message.Event.class);
        parent.await(Message.Event.class);
        parent.command(new Message.Close(60_000, "all done"));
        parent.await(Message.Mark.class, mark -> mark.newest() == 2);
        parent.direct(new Message.Resend(StreamName.EVENTS, 1));
        parent.await(Message.Event.class);
        parent.await(Message.Event.class);
        assertThat(parent.unseen(Message.Leaving.class)).isZero();
        parent.direct(new Message.Ack(StreamName.EVENTS, 2));
        assertThat(parent.await(Message.Leaving.class).reason()).isEqualTo("all done");
        assertThat(worker.exitCode(SOON)).isZero();
    }

    @Test
    void aStuckTaskDoesNotOutliveTheGrace() throws IOException {
        startAndInitialise();
        parent.execute("t", "stuck", new Shareable());
        parent.command(new Message.Close(1000, "all done"));
        parent.await(Message.Leaving.class);
        assertThat(worker.exitCode(SOON)).isZero();
    }

    @Test
    void aRefusedRankEndsWithExitCode3() throws IOException {
        start();
        parent.await(Message.Join.class);
        parent.direct(new Message.Refuse(WireError.of(ErrorCode.SESSION_CLOSED, "the session is over")));
        assertThat(worker.exitCode(SOON)).isEqualTo(3);
        assertThat(worker.output()).contains("the session is over");
    }

    @Test
    void anExecutorThatThrowsIsReportedAndTheRankGoesOn() throws IOException {
        startAndInitialise();
        Message.Result result = parent.result("throw", new Shareable());
        WireError error = error(result.error());
        assertThat(result.returnCode()).isEqualTo("EXECUTION_EXCEPTION");
        assertThat(error.code()).isEqualTo(ErrorCode.EXECUTION_FAILED);
        assertThat(error.message()).contains("no fuel");
        assertThat(error.type()).contains(language().equals("java") ? "IllegalStateException" : "ValueError");
        assertThat(error.trace()).contains(language().equals("java") ? "Deed.java" : "contract_components");
        assertThat(result.body().isEmpty()).isTrue();
        assertThat(parent.reply("count").get("count")).isEqualTo(1L);
    }

    @Test
    void anExhaustedStackIsReportedToo() throws IOException {
        startAndInitialise();
        WireError error = error(parent.result("recurse", new Shareable()).error());
        assertThat(error.code()).isEqualTo(ErrorCode.EXECUTION_FAILED);
        assertThat(error.type()).contains(language().equals("java") ? "StackOverflowError" : "RecursionError");
    }

    @Test
    void exhaustedMemoryIsReportedToo() throws IOException {
        startAndInitialise();
        WireError error = error(parent.result("hoard", new Shareable()).error());
        assertThat(error.code()).isEqualTo(ErrorCode.EXECUTION_FAILED);
        assertThat(error.type()).endsWith("MemoryError");
        assertThat(parent.reply("count").get("count")).isEqualTo(1L);
    }

    @Test
    void aReplyThatCannotTravelIsReportedWithItsPlace() throws IOException {
        startAndInitialise();
        WireError error = error(parent.result("unfit", new Shareable()).error());
        assertThat(error.code()).isEqualTo(ErrorCode.INVALID_VALUE);
        assertThat(error.message()).contains("thread");
        assertThat(parent.reply("count").get("count")).isEqualTo(1L);
    }

    @Test
    void aHandlerThatThrowsIsReportedAndTheOthersStillRun() throws IOException {
        startAndInitialise();
        parent.event("bad");
        Message.EventHandled handled = parent.await(Message.EventHandled.class);
        WireError error = error(handled.error());
        assertThat(error.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(error.message()).contains("deed").contains("bad");
        assertThat(parent.reply("journal").get("journal"))
                .isEqualTo(List.of("start_run", "bad", "witness:bad", "before_task_execution"));
    }

    @Test
    void aBodyThatIsNoneIsTakenAndAnsweredWithAnError() throws IOException {
        startAndInitialise();
        parent.command(new Message.Execute("t", "count", null, ScriptedParent.brokenBody()));
        assertThat(error(parent.await(Message.Result.class).error()).code())
                .isIn(ErrorCode.INVALID_VALUE, ErrorCode.MALFORMED);
        parent.command(new Message.HandleEvent("down", null, ScriptedParent.brokenBody()));
        assertThat(error(parent.await(Message.EventHandled.class).error()).code())
                .isIn(ErrorCode.INVALID_VALUE, ErrorCode.MALFORMED);
        assertThat(parent.reply("count").get("count")).isEqualTo(1L);
    }

    @Test
    void anExecutorThatIsNoneIsReported() throws IOException {
        startAndJoin();
        WireError error = error(parent.initialise(components(), "witness").error());
        assertThat(error.code()).isEqualTo(ErrorCode.NOT_AN_EXECUTOR);
        assertThat(error.message()).contains("witness").contains("Witness");
    }

    @Test
    void anExecutorThatIsMissingIsReported() throws IOException {
        startAndJoin();
        WireError error = error(parent.initialise(components(), "dead").error());
        assertThat(error.code()).isEqualTo(ErrorCode.NOT_AN_EXECUTOR);
        assertThat(error.message()).contains("'dead'");
        parent.execute("t", "count", new Shareable());
        assertThat(error(parent.await(Message.Result.class).error()).code()).isEqualTo(ErrorCode.NOT_AN_EXECUTOR);
    }

    @Test
    void aComponentThatIsNotAllowedIsRefusedWhereverItStands() throws IOException {
        startAndJoin();
        Map<String, String> evil = Map.of("java", "java.lang.ProcessBuilder", "python", "subprocess.Popen");
        Map<String, Object> args = Map.of("greeting", Map.of("path", evil, "args", Map.of()));
        WireError error = error(parent.initialise(List.of(component("deed", "Deed", args)), "deed")
                .error());
        assertThat(error.code()).isEqualTo(ErrorCode.COMPONENT_NOT_ALLOWED);
        assertThat(error.message()).contains("deed").contains(evil.get(language()));
    }

    @Test
    void aComponentThatCannotBeBuiltIsReportedWithItsCause() throws IOException {
        startAndJoin();
        WireError error = error(parent.initialise(List.of(component("deed", "Broken", Map.of())), "deed")
                .error());
        assertThat(error.code()).isEqualTo(ErrorCode.COMPONENT_FAILED);
        assertThat(error.message()).contains("deed").contains("no fuel");
    }

    @Test
    void whatUserCodePrintsIsSeen() throws IOException {
        startAndInitialise();
        parent.reply("print");
        await().atMost(SOON).until(() -> worker.output().contains("hello from user code"));
    }

    @Test
    void whatUserCodePrintsGoesToAParentThatAsksForItAsWell() throws IOException {
        askForOutput();
        startAndInitialise();
        parent.reply("print");
        parent.await(Message.Event.class, event -> written(event, false).contains("hello from user code\n"));
        await().atMost(SOON).until(() -> worker.output().contains("hello from user code"));
    }

    @Test
    void whatATaskPrintsIsOnItsWayBeforeItsResultAndAllOfItIsAccountedFor() throws IOException {
        askForOutput();
        startAndInitialise();
        parent.reply("spill");
        long written = 0;
        while (written < 1_000_000) {
            Message.Event event =
                    parent.await(Message.Event.class, any -> any.event().equals(OutputEvent.NAME));
            for (OutputEvent.Piece piece : ScriptedParent.encode(() -> OutputEvent.read(event))) {
                written += piece.isError() ? 0 : piece.bytes().length + piece.leftOut();
            }
        }
        assertThat(written).isEqualTo(1_000_000);
    }

    @Test
    void aTaskThatPrintsDoesNotWaitForAParentThatTakesNoOutput() throws IOException {
        askForOutput();
        startAndInitialise();
        parent.acknowledgesEvents(false);
        for (int i = 0; i < 2 * WELCOME.eventWindow(); i++) {
            parent.reply("print");
        }
        parent.acknowledgesEvents(true);
        parent.direct(new Message.Ack(StreamName.EVENTS, WELCOME.eventWindow()));
        parent.await(
                Message.Event.class,
                event -> written(event, false)
                                .lines()
                                .filter("hello from user code"::equals)
                                .count()
                        > 1);
    }

    /** As a parent does whose launcher cannot read what ranks write. */
    private void askForOutput() throws IOException {
        Path file = Path.of(rank.get("RANKMQ_BOOTSTRAP"));
        Files.writeString(file, Files.readString(file).replaceFirst("\\{", "{\"relay_output\": true,"));
    }

    private static String written(Message.Event event, boolean isError) {
        if (!event.event().equals(OutputEvent.NAME)) {
            return "";
        }
        StringBuilder text = new StringBuilder();
        for (OutputEvent.Piece piece : ScriptedParent.encode(() -> OutputEvent.read(event))) {
            if (piece.isError() == isError) {
                text.append(new String(piece.bytes(), StandardCharsets.UTF_8));
            }
        }
        return text.toString();
    }

    @Test
    void termTellsTheParentAndEndsWithExitCode1() throws IOException, InterruptedException {
        startAndInitialise();
        parent.execute("t", "wait", new Shareable());
        parent.await(Message.RankHeartbeat.class, beat -> beat.applied() == 2);
        worker.signal("TERM");
        assertThat(parent.await(Message.Result.class).returnCode()).isEqualTo("TASK_ABORTED");
        assertThat(parent.await(Message.Failed.class).error().code()).isEqualTo(ErrorCode.RANK_EXITED);
        assertThat(worker.exitCode(SOON)).isEqualTo(1);
    }

    @Test
    void anInterruptPassesBy() throws IOException, InterruptedException {
        startAndInitialise();
        worker.signal("INT");
        assertThat(parent.reply("count").get("count")).isEqualTo(1L);
        assertThat(worker.isAlive()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "rw-rw----", "rw----r--"})
    void aBootstrapDocumentThatOthersMayReadIsRefused(String permissions) throws IOException {
        Files.setPosixFilePermissions(
                Path.of(rank.get("RANKMQ_BOOTSTRAP")), PosixFilePermissions.fromString(permissions));
        start();
        assertRefused("bootstrap.json");
    }

    @Test
    void aRankWithoutKeysInTheDocumentIsRefused() throws IOException {
        rank.put("RANK", "5");
        start();
        assertRefused("rank 5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RANK", "RANKMQ_BOOTSTRAP"})
    void aMissingVariableIsNamed(String variable) throws IOException {
        rank.remove(variable);
        start();
        assertRefused(variable);
    }

    @Test
    void aRankThatIsNoNumberIsRefused() throws IOException {
        rank.put("RANK", "first");
        start();
        assertRefused("'first'");
    }

    @Test
    void aDocumentThatIsNotThereIsRefused() throws IOException {
        rank.put("RANKMQ_BOOTSTRAP", folder.resolve("nothing.json").toString());
        start();
        assertRefused("nothing.json");
    }

    /** Exit code 2, and one line that says why. */
    private void assertRefused(String what) {
        assertThat(worker.exitCode(SOON)).isEqualTo(2);
        assertThat(worker.output().strip().lines()).hasSize(1);
        assertThat(worker.output()).contains(what);
    }

    private static Body contextBody() {
        return ScriptedParent.encode(() -> Bodies.context(ScriptedParent.context()));
    }
}
