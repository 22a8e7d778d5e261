// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.cli.run.RunEvent;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AnnouncerTest {

    /** A view that can be held up, as a terminal can with Ctrl-S. */
    private static final class HeldView implements RunView {
        private final List<RunEvent> shown = new ArrayList<>();
        private final CountDownLatch release;
        private long leftOut;
        private boolean ended;

        HeldView(CountDownLatch release) {
            this.release = release;
        }

        @Override
        public void show(RunEvent event) {
            try {
                if (!release.await(30, TimeUnit.SECONDS)) {
                    throw new AssertionError("never released");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            shown.add(event);
        }

        @Override
        public void leftOut(long lines) {
            leftOut += lines;
        }

        @Override
        public void end() {
            ended = true;
        }
    }

    @Test
    void eventsAreShownInOrderBeforeItCloses() {
        HeldView view = new HeldView(new CountDownLatch(0));
        try (Announcer announcer = new Announcer(view)) {
            announcer.on(Events.begun());
            announcer.on(Events.output(0, "a"));
            announcer.on(Events.roundEnded(1));
        }
        assertThat(view.shown).containsExactly(Events.begun(), Events.output(0, "a"), Events.roundEnded(1));
        assertThat(view.ended).isTrue();
    }

    @Test
    @Timeout(60)
    void aHeldTerminalHoldsNobodyUpAndWhatIsLeftOutIsCounted() {
        CountDownLatch release = new CountDownLatch(1);
        HeldView view = new HeldView(release);
        int lines = 12_000;
        try (Announcer announcer = new Announcer(view)) {
            for (int i = 0; i < lines; i++) {
                announcer.on(Events.output(0, "line " + i));
            }
            announcer.on(Events.roundEnded(1));
            release.countDown();
        }
        long shown =
                view.shown.stream().filter(RunEvent.Output.class::isInstance).count();
        assertThat(view.leftOut).isPositive();
        assertThat(shown + view.leftOut).isEqualTo(lines);
        assertThat(view.shown).contains(Events.roundEnded(1));
    }

    @Test
    void whatThisProcessPrintsBecomesLines() {
        List<RunEvent> events = new ArrayList<>();
        try (PrintStream stream = CapturedStream.of(events::add, true)) {
            stream.print("gr");
            stream.print("öße\r\nsecond\nthird");
        }
        assertThat(events)
                .containsExactly(
                        new RunEvent.Output(null, "", true, "größe"),
                        new RunEvent.Output(null, "", true, "second"),
                        new RunEvent.Output(null, "", true, "third"));
    }
}
