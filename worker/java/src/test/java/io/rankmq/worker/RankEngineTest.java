// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

import static org.assertj.core.api.Assertions.assertThat;

import io.rankmq.api.Context;
import io.rankmq.api.ContextKeys;
import io.rankmq.api.EventHandler;
import io.rankmq.api.EventTypes;
import io.rankmq.protocol.ErrorCode;
import io.rankmq.protocol.WireError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RankEngineTest {
    private final List<String> happened = new ArrayList<>();

    private final RankEngine engine = new RankEngine(3, 8, new EventRelay() {
        @Override
        public void ask(String eventType, Context context) {
            happened.add("asked " + eventType);
            context.put("answer", 42);
        }

        @Override
        public void post(String eventType, Context context) {
            happened.add("posted " + eventType);
        }
    });

    private void install(EventHandler... handlers) {
        Map<String, EventHandler> byId = new LinkedHashMap<>();
        for (EventHandler handler : handlers) {
            byId.put("h" + byId.size(), handler);
        }
        engine.install(byId);
    }

    private static Map<String, Context.Property> received(String name, Object value, boolean isSticky) {
        return Map.of(name, new Context.Property(value, false, isSticky));
    }

    @Test
    void rankAndWorldSizeAreInEveryContextStickyAndPrivate() {
        for (Context context :
                List.of(engine.newContext(), engine.contextOf(Map.of()), engine.eventContextOf(Map.of()))) {
            assertThat(context.property(ContextKeys.RANK_NUMBER)).isEqualTo(new Context.Property(3L, true, true));
            assertThat(context.property(ContextKeys.NUM_OF_PROCESSES)).isEqualTo(new Context.Property(8L, true, true));
            assertThat(context.changes()).isEqualTo(Context.Changes.NONE);
        }
    }

    @Test
    void nobodyElseSaysWhichRankThisIs() {
        engine.contextOf(received(ContextKeys.RANK_NUMBER, 0L, true));
        assertThat(engine.newContext().get(ContextKeys.RANK_NUMBER)).isEqualTo(3L);
    }

    @Test
    void stickyPropertiesOfTheParentAreInLaterContextsAndOthersAreNot() {
        engine.contextOf(received("kept", 1L, true));
        engine.contextOf(received("gone", 1L, false));
        assertThat(engine.newContext().get("kept")).isEqualTo(1L);
        assertThat(engine.newContext().get("gone")).isNull();
    }

    @Test
    void onlyAContextOfAnEventOfTheParentSaysThatItCameFromThere() {
        Context event = engine.eventContextOf(Map.of());
        assertThat(event.property(ContextKeys.EVENT_ORIGIN_SITE))
                .isEqualTo(new Context.Property(ContextKeys.MULTI_PROCESS_EXECUTOR, true, false));
        assertThat(engine.newContext().get(ContextKeys.EVENT_ORIGIN_SITE)).isNull();
        assertThat(engine.contextOf(received(ContextKeys.EVENT_ORIGIN_SITE, "anywhere", false))
                        .get(ContextKeys.EVENT_ORIGIN_SITE))
                .isNull();
    }

    @Test
    void handlersHereComeFirstAndThenTheParent() {
        install((type, context) -> happened.add("handled " + type));
        Context context = engine.newContext();
        engine.fireEvent("e", context);
        engine.postEvent("f", context);
        assertThat(happened).containsExactly("handled e", "asked e", "handled f", "posted f");
        assertThat(context.get("answer")).isEqualTo(42);
    }

    @Test
    void anEventOfTheParentIsNotRelayedBack() {
        Context context = engine.eventContextOf(Map.of());
        engine.fireEvent("e", context);
        engine.postEvent("e", context);
        assertThat(happened).isEmpty();
    }

    @Test
    void anEventThatAHandlerOfTheParentsEventFiresItselfIsRelayed() {
        install((type, context) -> {
            if (type.equals("outer")) {
                context.engine().fireEvent("inner", context.engine().newContext());
            }
        });
        engine.fireHere("outer", engine.eventContextOf(Map.of()));
        assertThat(happened).containsExactly("asked inner");
    }

    @Test
    void startRunIsFiredByNobodyElse() {
        install((type, context) -> happened.add("handled " + type));
        engine.fireEvent(EventTypes.START_RUN, engine.newContext());
        engine.postEvent(EventTypes.START_RUN, engine.newContext());
        assertThat(happened).isEmpty();
    }

    @Test
    void whateverAHandlerThrowsTheOthersStillRunAndTheFirstFailureIsTold() {
        install(
                (type, context) -> {
                    throw new IllegalStateException("first");
                },
                (type, context) -> {
                    throw new StackOverflowError();
                },
                (type, context) -> happened.add("third"));
        WireError error = engine.fireHere("e", engine.newContext());
        assertThat(happened).containsExactly("third");
        assertThat(error).isNotNull();
        assertThat(error.code()).isEqualTo(ErrorCode.HANDLER_FAILED);
        assertThat(error.message())
                .isEqualTo("component 'h0' failed to handle event 'e': java.lang.IllegalStateException: first");
    }

    @Test
    void aHandlerThatFailsDoesNotKeepTheEventFromTheParent() {
        install((type, context) -> {
            throw new IllegalStateException("first");
        });
        engine.fireEvent("e", engine.newContext());
        assertThat(happened).containsExactly("asked e");
    }
}
