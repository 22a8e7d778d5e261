// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.cli.run.Outcome;
import io.rankmq.parent.RankInfo;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TextViewTest {
    private final FakeTerminal out = new FakeTerminal();
    private final FakeTerminal err = new FakeTerminal();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger width = new AtomicInteger(100);

    @Test
    void theLiveLineStaysBelowWhatRanksWrite() {
        TextView view = live(true);
        view.show(Events.begun());
        assertThat(err.screen()).containsExactly("digits  starting  ranks 0/2  00:00");

        view.show(Events.rank(0, RankInfo.State.READY));
        view.show(Events.rank(1, RankInfo.State.READY));
        view.show(Events.roundBegun(1));
        view.show(Events.output(0, "hello"));
        view.show(Events.output(1, "world"));
        assertThat(err.screen())
                .containsExactly("[host:0] hello", "[host:1] world", "digits  train  round 1/3  ranks 2/2  00:00");

        view.show(Events.roundEnded(1));
        view.show(Events.roundBegun(2));
        nanos.addAndGet(65_000_000_000L);
        view.tick();
        assertThat(err.screen())
                .containsExactly(
                        "[host:0] hello",
                        "[host:1] world",
                        "digits  train  round 2/3  loss 0.2500  images 359  ranks 2/2  01:05");
        assertThat(out.screen()).containsExactly("");
    }

    @Test
    void theLiveLineIsRedrawnInOneWriteAndOnlyWhenItChanged() {
        TextView view = live(true);
        view.show(Events.begun());
        int before = err.writes().size();

        view.tick();
        view.tick();
        assertThat(err.writes()).hasSize(before);

        view.show(Events.output(0, "hello"));
        assertThat(err.writes()).hasSize(before + 1);
        assertThat(err.writes().get(before)).startsWith("\r\u001b[K").contains("hello\n");
    }

    @Test
    void theLiveLineNeverFillsTheLastColumn() {
        width.set(24);
        TextView view = live(true);
        view.show(Events.begun());
        assertThat(err.screen()).containsExactly("digits  starting  ranks");

        width.set(12);
        nanos.addAndGet(1_000_000_000L);
        view.tick();
        assertThat(err.screen()).containsExactly("digits  sta");
    }

    @Test
    void ranksWriteToStandardOutputAlsoWhenOnlyStandardErrorIsATerminal() {
        TextView view = live(false);
        view.show(Events.begun());
        view.show(Events.output(1, "world"));

        assertThat(out.screen()).containsExactly("[host:1] world", "");
        assertThat(err.screen()).containsExactly("digits  starting  ranks 0/2  00:00");
    }

    @Test
    void theSummaryReplacesTheLiveLine() {
        TextView view = live(true);
        view.show(Events.begun());
        view.show(Events.finished(Outcome.OK));
        view.end();

        assertThat(err.screen())
                .containsExactly(
                        "digits OK: 2 rounds on 2 ranks in 1 min 01 s",
                        "  loss      0.2500",
                        "  events    4 up, 5 down",
                        "  logs      /logs/s-1",
                        "  file      /logs/s-1/model.npz",
                        "  report    /logs/s-1/report.json",
                        "");
    }

    @Test
    void pipedThereIsALineForEachRound() {
        TextView view =
                TextView.plain(LineSink.of(out.stream(), err.stream()), new Style(false), new Style(false), nanos::get);
        view.show(Events.begun());
        view.show(Events.rank(0, RankInfo.State.READY));
        view.show(Events.rank(1, RankInfo.State.READY));
        nanos.addAndGet(1_230_000_000L);
        view.show(Events.roundBegun(1));
        view.show(Events.output(0, "hello"));
        view.show(Events.roundEnded(1));
        view.show(Events.roundBegun(2));
        view.tick();

        assertThat(err.screen())
                .containsExactly(
                        "digits: starting 2 ranks, session s-1",
                        "2 ranks ready after 1.2 s",
                        "train 1/3  loss 0.2500  images 359  0.31 s",
                        "");
        assertThat(out.screen()).containsExactly("[host:0] hello", "");
        assertThat(String.join("", err.writes())).doesNotContain("\r").doesNotContain("\u001b");
    }

    @Test
    void theLiveLineTellsWhatIsOnItsWay() {
        TextView view = live(true);
        view.show(Events.begun());
        view.show(Events.roundBegun(1));
        view.show(Events.sending(312_000_000, 2_000, false));
        assertThat(err.screen())
                .containsExactly("digits  train  round 1/3  sending 312 MB, 156 MB/s  ranks 0/2  00:00");

        view.show(Events.sending(1_250_000_000, 10_000, true));
        assertThat(err.screen()).containsExactly("digits  train  round 1/3  ranks 0/2  00:00");
    }

    @Test
    void pipedATransferIsALineEachFiveSecondsAndOneAtItsEnd() {
        TextView view =
                TextView.plain(LineSink.of(out.stream(), err.stream()), new Style(false), new Style(false), nanos::get);
        for (int second = 1; second <= 10; second++) {
            nanos.addAndGet(1_000_000_000L);
            view.show(Events.sending(125_000_000L * second, 1_000L * second, false));
        }
        view.show(Events.sending(1_250_000_000, 10_000, true));

        assertThat(err.screen())
                .containsExactly(
                        "sending 125 MB, 125 MB/s", "sending 750 MB, 125 MB/s", "sent 1.3 GB in 10.0 s, 125 MB/s", "");
    }

    @Test
    void aFailureIsOneSentenceWithTheRanksLastLinesBelow() {
        TextView view = live(true);
        view.show(Events.begun());
        view.show(Events.failed());

        assertThat(err.screen())
                .containsExactly(
                        "rankmq: rank 1 on host (pid 41) ended before its session: signal 9 (SIGKILL)",
                        "    loading",
                        "    epoch 1",
                        "");
    }

    @Test
    void aRestartTellsWhoWasLostAndHowManyAreLeft() {
        TextView view = live(true);
        view.show(Events.begun());
        view.show(Events.rank(0, RankInfo.State.READY));
        view.show(Events.restarted());

        assertThat(err.screen())
                .containsExactly(
                        "rankmq: rank 1 on host (pid 41) ended before its session: signal 9 (SIGKILL)",
                        "rankmq: starting the gang again, restart 1 of 2",
                        "digits  starting  ranks 1/2  00:00");
    }

    @Test
    void quietShowsAFailureOnly() {
        QuietView view = new QuietView(TextView.plain(
                LineSink.of(out.stream(), err.stream()), new Style(false), new Style(false), nanos::get));
        for (var event :
                List.of(Events.begun(), Events.output(0, "hello"), Events.failed(), Events.finished(Outcome.FAILED))) {
            view.show(event);
        }
        assertThat(out.screen()).containsExactly("");
        assertThat(err.screen()).hasSize(4).first().asString().startsWith("rankmq: rank 1");
    }

    private TextView live(boolean outIsTerminal) {
        LiveLine line = new LiveLine(out.stream(), err.stream(), outIsTerminal, width::get);
        return TextView.live(line, new Style(outIsTerminal), new Style(true), nanos::get);
    }
}
