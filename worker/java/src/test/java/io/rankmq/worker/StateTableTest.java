// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.Kind;
import io.rankmq.protocol.Message;
import io.rankmq.protocol.Sender;
import io.rankmq.protocol.StreamName;
import io.rankmq.protocol.WireError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every state of a rank times every message of the parent, on the channel it belongs to. */
class StateTableTest {

    /** State, message: state afterwards, and what is done. */
    private static final String TABLE = """
            Joining  INITIALIZE        Joining  -
            Joining  EXECUTE           Joining  -
            Joining  HANDLE_EVENT      Joining  -
            Joining  ABORT             Joining  -
            Joining  CLOSE             Joining  -
            Joining  PROBE             Joining  -
            Joining  PARENT_HEARTBEAT  Joining  -
            Joining  WELCOME           Active   EventRoom RESEND
            Joining  REFUSE            Ended    End
            Joining  ACK               Joining  -
            Joining  RESEND            Joining  -
            Joining  EVENT_REPLY       Joining  -
            Joining  CLAIMED           Joining  -
            Joining  ASSIGN            Joining  -
            Active   INITIALIZE        Active   -
            Active   EXECUTE           Active   -
            Active   HANDLE_EVENT      Active   StartEvent
            Active   ABORT             Active   RaiseAbort
            Active   CLOSE             Draining RaiseAbort
            Active   PROBE             Active   ECHO
            Active   PARENT_HEARTBEAT  Active   RESEND
            Active   WELCOME           Active   RESEND
            Active   REFUSE            Ended    End
            Active   ACK               Active   -
            Active   RESEND            Active   INITIALIZED
            Active   EVENT_REPLY       Active   -
            Active   CLAIMED           Active   -
            Active   ASSIGN            Active   -
            Draining INITIALIZE        Draining -
            Draining EXECUTE           Draining -
            Draining HANDLE_EVENT      Draining -
            Draining ABORT             Draining -
            Draining CLOSE             Draining -
            Draining PROBE             Draining ECHO
            Draining PARENT_HEARTBEAT  Draining RESEND
            Draining WELCOME           Draining RESEND
            Draining REFUSE            Ended    End
            Draining ACK               Draining -
            Draining RESEND            Draining INITIALIZED
            Draining EVENT_REPLY       Draining -
            Draining CLAIMED           Draining -
            Draining ASSIGN            Draining -
            Leaving  INITIALIZE        Leaving  -
            Leaving  EXECUTE           Leaving  -
            Leaving  HANDLE_EVENT      Leaving  -
            Leaving  ABORT             Leaving  -
            Leaving  CLOSE             Leaving  -
            Leaving  PROBE             Leaving  ECHO
            Leaving  PARENT_HEARTBEAT  Leaving  RESEND
            Leaving  WELCOME           Leaving  RESEND
            Leaving  REFUSE            Ended    End
            Leaving  ACK               Ended    End
            Leaving  RESEND            Leaving  INITIALIZED LEAVING
            Leaving  EVENT_REPLY       Leaving  -
            Leaving  CLAIMED           Leaving  -
            Leaving  ASSIGN            Leaving  -
            Ended    INITIALIZE        Ended    -
            Ended    EXECUTE           Ended    -
            Ended    HANDLE_EVENT      Ended    -
            Ended    ABORT             Ended    -
            Ended    CLOSE             Ended    -
            Ended    PROBE             Ended    -
            Ended    PARENT_HEARTBEAT  Ended    -
            Ended    WELCOME           Ended    -
            Ended    REFUSE            Ended    -
            Ended    ACK               Ended    -
            Ended    RESEND            Ended    -
            Ended    EVENT_REPLY       Ended    -
            Ended    CLAIMED           Ended    -
            Ended    ASSIGN            Ended    -
            """;

    /** A rank in each state, and the number of the next command. */
    private record Start(Supplier<CoreBench> bench, long nextCommand) {}

    private static final Map<String, Start> STATES = Map.of(
            "Joining", new Start(CoreBench::new, 1),
            "Active", new Start(StateTableTest::busy, 3),
            "Draining", new Start(StateTableTest::draining, 4),
            "Leaving", new Start(StateTableTest::leaving, 3),
            "Ended", new Start(StateTableTest::ended, 3));

    private static CoreBench busy() {
        CoreBench bench = CoreBench.initialised();
        bench.command(2, CoreBench.execute("busy"));
        return bench;
    }

    private static CoreBench draining() {
        CoreBench bench = busy();
        bench.command(3, new Message.Close(2000, "done"));
        return bench;
    }

    private static CoreBench leaving() {
        CoreBench bench = CoreBench.initialised();
        bench.command(2, new Message.Close(2000, "done"));
        return bench;
    }

    private static CoreBench ended() {
        CoreBench bench = leaving();
        bench.direct(CoreBench.ackReports(2));
        return bench;
    }

    private static Message message(Kind kind) {
        return switch (kind) {
            case INITIALIZE -> new Message.Initialize(CoreBench.SOME_BODY);
            case EXECUTE -> CoreBench.execute("t");
            case HANDLE_EVENT -> CoreBench.event("e");
            case ABORT -> new Message.Abort(null, "enough");
            case CLOSE -> new Message.Close(2000, "done");
            case PROBE -> new Message.Probe(5);
            case PARENT_HEARTBEAT -> new Message.ParentHeartbeat(99);
            case WELCOME -> new Message.Welcome(1, 4, 99, 500, 10_000, 3);
            case REFUSE -> new Message.Refuse(WireError.of(ErrorCode.SESSION_CLOSED, "over"));
            case ACK -> CoreBench.ackReports(99);
            case RESEND -> new Message.Resend(StreamName.REPORTS, 1);
            case EVENT_REPLY -> new Message.EventReply(1, null, CoreBench.SOME_BODY);
            case CLAIMED -> new Message.Claimed(1, 1, 4);
            case ASSIGN -> new Message.Assign(1, 0, 4, 0, 4, 0, "127.0.0.1", 1, "", "");
            default -> throw new AssertionError(kind + " is not sent by a parent");
        };
    }

    private static String name(RankAction action) {
        if (action instanceof RankAction.SendControl control) {
            return control.message().kind().wireName();
        }
        return action.getClass().getSimpleName();
    }

    @Test
    void theTableNamesEveryStateAndEveryMessageOnce() {
        List<String> wanted = new ArrayList<>();
        for (Class<?> state : List.of(
                RankState.Joining.class,
                RankState.Active.class,
                RankState.Draining.class,
                RankState.Leaving.class,
                RankState.Ended.class)) {
            for (Kind kind : Kind.values()) {
                if (kind.isSentBy(Sender.PARENT)) {
                    wanted.add(state.getSimpleName() + " " + kind);
                }
            }
        }
        assertThat(TABLE.lines().map(line -> line.split(" +")).map(cells -> cells[0] + " " + cells[1]))
                .containsExactlyInAnyOrderElementsOf(wanted);
        assertThat(RankState.class.getPermittedSubclasses()).hasSize(4);
        assertThat(RankState.Working.class.getPermittedSubclasses()).hasSize(2);
    }

    @TestFactory
    Stream<DynamicTest> everyStateAnswersEveryMessage() {
        return TABLE.lines()
                .map(line -> DynamicTest.dynamicTest(line, () -> {
                    String[] cells = line.split(" +");
                    Start start = STATES.get(cells[0]);
                    assertThat(start).isNotNull();
                    CoreBench bench = start.bench().get();
                    assertThat(bench.core.state().getClass().getSimpleName()).isEqualTo(cells[0]);
                    Message message = message(Kind.valueOf(cells[1]));
                    boolean isDirect = List.of(
                                    Kind.WELCOME,
                                    Kind.REFUSE,
                                    Kind.ACK,
                                    Kind.RESEND,
                                    Kind.EVENT_REPLY,
                                    Kind.CLAIMED,
                                    Kind.ASSIGN)
                            .contains(message.kind());
                    long seq = message.kind().stream() == null ? 0 : start.nextCommand();
                    List<RankAction> actions = isDirect ? bench.direct(message) : bench.command(seq, message);
                    assertThat(bench.core.state().getClass().getSimpleName()).isEqualTo(cells[2]);
                    List<String> expected = cells[3].equals("-")
                            ? List.of()
                            : Arrays.asList(cells).subList(3, cells.length);
                    assertThat(actions.stream().map(StateTableTest::name)).containsExactlyElementsOf(expected);
                }));
    }

    @Test
    void whatComesOnTheWrongChannelOrFromNoParentIsCountedAndDropped() {
        CoreBench bench = CoreBench.initialised();
        assertThat(bench.broadcast(CoreBench.ackReports(1))).isEmpty();
        assertThat(bench.broadcast(new Message.Welcome(1, 4, 0, 500, 10_000, 3)))
                .isEmpty();
        assertThat(bench.direct(new Message.ParentHeartbeat(99))).isEmpty();
        assertThat(bench.direct(new Message.Echo(1))).isEmpty();
        assertThat(bench.core.counters().unexpected()).isEqualTo(4);
    }
}
