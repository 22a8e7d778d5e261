// SPDX-License-Identifier: Apache-2.0
package io.rankmq.api;

import static io.rankmq.api.Context.Mark.PRIVATE;
import static io.rankmq.api.Context.Mark.STICKY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.rankmq.protocol.TestEngine;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ContextTest {
    private final Engine engine = new TestEngine();
    private final StickyProperties sticky = new StickyProperties();
    private final Context context = sticky.newContext(engine);

    @Test
    void aPropertyHasExactlyTheMarksThatItWasPutWith() {
        context.put("a", 1).put("b", 2, PRIVATE).put("c", 3, STICKY).put("d", 4, STICKY, PRIVATE);

        assertThat(context.property("a")).isEqualTo(new Context.Property(1, false, false));
        assertThat(context.property("b")).isEqualTo(new Context.Property(2, true, false));
        assertThat(context.property("c")).isEqualTo(new Context.Property(3, false, true));
        assertThat(context.property("d")).isEqualTo(new Context.Property(4, true, true));
        assertThat(context.properties()).containsOnlyKeys("a", "b", "c", "d");
        assertThat(context.engine()).isSameAs(engine);
    }

    @Test
    void stickyPropertiesAreInLaterContextsAndOthersAreNot() {
        context.put("kept", 1, STICKY, PRIVATE).put("gone", 2, PRIVATE);

        Context later = sticky.newContext(engine);

        assertThat(later.properties()).isEqualTo(Map.of("kept", new Context.Property(1, true, true)));
        assertThat(later.changes()).isEqualTo(Context.Changes.NONE);
    }

    @Test
    void aStickyPropertyThatIsRemovedOrNoLongerStickyIsNotInLaterContexts() {
        context.put("removed", 1, STICKY).put("demoted", 2, STICKY);
        context.remove("removed").put("demoted", 2);

        assertThat(sticky.newContext(engine).properties()).isEmpty();
        assertThat(context.get("demoted")).isEqualTo(2);
    }

    @Test
    void stickyPropertiesThatAContextStartsWithStickToo() {
        sticky.newContext(
                engine,
                Map.of("one", new Context.Property(1, false, true), "two", new Context.Property(2, false, false)));

        assertThat(sticky.newContext(engine).properties()).containsOnlyKeys("one");
    }

    @Test
    void changesAreWhatWasPutOrRemovedSinceTheContextWasMade() {
        Map<String, Context.Property> initial =
                Map.of("a", new Context.Property(1, false, false), "b", new Context.Property(2, false, false));
        Context started = new Context(engine, initial, (name, property) -> {});
        assertThat(started.changes()).isEqualTo(Context.Changes.NONE);

        started.remove("a")
                .remove("never there")
                .put("c", 3, PRIVATE)
                .put("d", 4)
                .remove("d");

        assertThat(started.changes())
                .isEqualTo(new Context.Changes(Map.of("c", new Context.Property(3, true, false)), Set.of("a", "d")));
    }

    @Test
    void appliedChangesTouchOnlyWhatTheyNameAndCountAsChanges() {
        context.put("mine", "kept").put("theirs", "old").put("gone", 1, STICKY);
        Context.Changes changes = new Context.Changes(
                Map.of("theirs", new Context.Property("new", true, true)), Set.of("gone", "unknown"));

        context.apply(changes);

        assertThat(context.get("mine")).isEqualTo("kept");
        assertThat(context.property("theirs")).isEqualTo(new Context.Property("new", true, true));
        assertThat(context.property("gone")).isNull();
        assertThat(context.changes().set()).containsOnlyKeys("mine", "theirs");
        assertThat(context.changes().removed()).containsExactly("gone");
        assertThat(sticky.newContext(engine).properties()).containsOnlyKeys("theirs");
    }

    @Test
    void aPropertyOfAnotherTypeIsRefusedByName() {
        context.put("rank", 3L).put("nothing", null);

        assertThat(context.get("rank", Long.class)).isEqualTo(3L);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.get("rank", String.class))
                .withMessage("context property 'rank' is of type Long, expected String");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> context.get("none", String.class))
                .withMessageContaining("'none' is absent");
        assertThatIllegalArgumentException().isThrownBy(() -> context.get("nothing", String.class));
    }
}
