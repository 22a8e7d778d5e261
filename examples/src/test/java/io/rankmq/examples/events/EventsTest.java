// SPDX-License-Identifier: Apache-2.0
package io.rankmq.examples.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.rankmq.api.AbortSignal;
import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.Engine;
import io.rankmq.api.ReturnCode;
import io.rankmq.api.Shareable;
import io.rankmq.api.StickyProperties;
import io.rankmq.component.ComponentArgs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The tutorial's components against each other, without processes between them. */
class EventsTest {
    private final AbortSignal abort = new AbortSignal();
    private final List<String> posted = new ArrayList<>();
    private final Guide guide = new Guide(ComponentArgs.of("guide", Map.of("tolerance", 0.01)));
    private final Searcher searcher = new Searcher(ComponentArgs.of("searcher", Map.of("step_millis", 0)));

    @Test
    void theParentsAnswerIsInTheRanksContextAndItsStickyPropertyInEveryLaterOne() throws Exception {
        RankEngine rank1 = new RankEngine(1);

        Shareable reply = searcher.execute("ask", new Shareable(), rank1.newContext(), abort);

        assertThat(reply.returnCode()).isEqualTo(ReturnCode.OK);
        assertThat(rank1.lastFired.get(Names.START)).isEqualTo(11.0);
        assertThat(rank1.newContext().get(Names.TOLERANCE)).isEqualTo(0.01);
        assertThat(rank1.newContext().get(Names.START)).isNull();
    }

    @Test
    void rank0SaysOnceThatItConvergedAndEndsWithAnAbort() throws Exception {
        Shareable reply = askThenSearch(new RankEngine(0));

        assertThat(reply.returnCode()).isEqualTo(ReturnCode.TASK_ABORTED);
        assertThat(posted).startsWith(Names.PROGRESS).endsWith(Names.CONVERGED).containsOnlyOnce(Names.CONVERGED);
    }

    @Test
    void anotherRankNeverSaysThatItConverged() throws Exception {
        Shareable reply = askThenSearch(new RankEngine(2));

        assertThat(reply.returnCode()).isEqualTo(ReturnCode.OK);
        assertThat(posted).isNotEmpty().containsOnly(Names.PROGRESS);
    }

    @Test
    void theReportIsTheLowestPointAndStaysInTheContextOfItsRank() throws Exception {
        RankEngine rank2 = new RankEngine(2);
        askThenSearch(rank2);
        Context context = rank2.newContext();

        Shareable reply = searcher.execute("report", new Shareable(), context, abort);

        assertThat(reply.get(Names.X, Double.class)).isCloseTo(3.0, within(0.01));
        assertThat(context.changes().set().keySet()).containsExactlyInAnyOrder(Names.LOWEST, Names.FOUND_BY);
        assertThat(rank2.newContext().get(Names.FOUND_BY)).isEqualTo(2);
    }

    @Test
    void aTaskOfAnotherNameIsUnknown() throws Exception {
        Shareable reply = searcher.execute("dance", new Shareable(), new RankEngine(0).newContext(), abort);

        assertThat(reply.returnCode()).isEqualTo(ReturnCode.TASK_UNKNOWN);
    }

    private Shareable askThenSearch(RankEngine rank) throws Exception {
        searcher.execute("ask", new Shareable(), rank.newContext(), abort);
        return searcher.execute("search", new Shareable(), rank.newContext(), abort);
    }

    /** A rank's engine whose parent is the guide; where the guide would cancel the task, it raises the abort signal. */
    private final class RankEngine implements Engine {
        private final StickyProperties sticky = new StickyProperties();
        private final int rank;
        private Context lastFired;

        RankEngine(int rank) {
            this.rank = rank;
            newContext().put(ContextKeys.RANK_NUMBER, rank, Context.Mark.STICKY, Context.Mark.PRIVATE);
            lastFired = newContext();
        }

        @Override
        public Context newContext() {
            return sticky.newContext(this);
        }

        @Override
        public void fireEvent(String eventType, Context context) {
            Context parents = new StickyProperties().newContext(this, context.properties());
            parents.put(ContextKeys.FROM_RANK_NUMBER, rank, Context.Mark.PRIVATE);
            guide.handleEvent(eventType, parents);
            context.apply(parents.changes());
            lastFired = context;
        }

        @Override
        public void postEvent(String eventType, Context context) {
            posted.add(eventType);
            if (eventType.equals(Names.CONVERGED)) {
                abort.trigger("converged");
            }
        }
    }
}
