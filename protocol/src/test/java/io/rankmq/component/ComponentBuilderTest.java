// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rankmq.api.ComponentConfig;
import io.rankmq.protocol.ErrorCode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ComponentBuilderTest {
    private static final String HERE = Samples.class.getName() + "$";

    private static ComponentBuilder builder(String... allow) {
        return new ComponentBuilder(
                AllowList.of(List.of(allow)), ComponentBuilderTest.class.getClassLoader(), ComponentBuilder.JAVA);
    }

    private static Object build(String name, Map<String, Object> args) {
        return builder("io.rankmq.component.").build(ComponentConfig.of("c", HERE + name, args));
    }

    @Test
    void argumentsReachTheConstructorAndAbsentOnesHaveTheirDefaults() {
        Map<String, Object> args = Map.of(
                "epochs",
                7L,
                "rate",
                2L,
                "name",
                "n",
                "verbose",
                true,
                "more",
                List.of(Map.of("path", HERE + "Plain")));
        Samples.Trainer trainer = (Samples.Trainer) build("Trainer", args);
        assertThat(trainer.epochs).isEqualTo(7);
        assertThat(trainer.rate).isEqualTo(2.0);
        assertThat(trainer.name).isEqualTo("n");
        assertThat(trainer.verbose).isTrue();
        assertThat(trainer.more).hasSize(1);
        assertThat(((Samples.Trainer) build("Trainer", Map.of())).epochs).isEqualTo(1);
    }

    @Test
    void nestedComponentsAreBuiltAndNamedByTheirPlace() {
        Map<String, Object> trainer = Map.of("path", HERE + "Trainer", "args", Map.of("epochs", 3));
        assertThat(((Samples.Outer) build("Outer", Map.of("trainer", trainer))).trainer.epochs)
                .isEqualTo(3);
        Map<String, Object> wrong = Map.of("path", HERE + "Trainer", "args", Map.of("epochs", "many"));
        assertThatThrownBy(() -> build("Outer", Map.of("trainer", wrong)))
                .hasMessage("component 'c.trainer' needs an integer as argument 'epochs', but many was given");
    }

    @Test
    void aNestedComponentOfTheWrongTypeIsRefused() {
        assertThatThrownBy(() -> build("Outer", Map.of("trainer", Map.of("path", HERE + "Plain"))))
                .hasMessage("component 'c' needs as argument 'trainer' a component of type " + HERE + "Trainer, but "
                        + HERE + "Plain is none");
        assertThatThrownBy(() -> build("Outer", Map.of("trainer", "text")))
                .hasMessageEndingWith("but java.lang.String is none");
    }

    @Test
    void anArgumentNobodyAskedForIsRefusedWithTheNearestName() {
        assertThatThrownBy(() -> build("Trainer", Map.of("epoch", 7)))
                .hasMessage("component 'c' does not know the argument 'epoch'; did you mean 'epochs'?");
        assertThatThrownBy(() -> build("Plain", Map.of("epoch", 7))).hasMessageContaining("takes none");
    }

    @Test
    void aMissingArgumentIsNamed() {
        assertThatThrownBy(() -> build("Outer", Map.of()))
                .hasMessage("component 'c' needs the argument 'trainer', which is not given");
    }

    @Test
    void anIntegerThatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> build("Trainer", Map.of("epochs", 1L << 40)))
                .hasMessageContaining("needs an integer of 32 bits as argument 'epochs'");
        assertThatThrownBy(() -> build("Trainer", Map.of("epochs", 1.5))).hasMessageContaining("needs an integer");
    }

    @Test
    void nothingIsLoadedIfOneComponentOfManyIsNotAllowed() {
        ComponentConfig loud = ComponentConfig.of("loud", HERE + "Loud", Map.of());
        ComponentConfig bad = ComponentConfig.of("bad", "java.lang.Object", Map.of());
        assertThatThrownBy(() -> builder("io.rankmq.component.").buildAll(List.of(loud, bad)))
                .isInstanceOfSatisfying(
                        ComponentException.class,
                        refused -> assertThat(refused.code()).isEqualTo(ErrorCode.COMPONENT_NOT_ALLOWED));
        assertThat(Samples.loudWasInitialised).isFalse();
        assertThat(builder("io.rankmq.component.").buildAll(List.of(loud))).containsOnlyKeys("loud");
        assertThat(Samples.loudWasInitialised).isTrue();
    }

    @Test
    void aNestedComponentThatIsNotAllowedIsNotBuilt() {
        assertThatThrownBy(() -> builder(HERE + "Outer")
                        .build(ComponentConfig.of(
                                "c", HERE + "Outer", Map.of("trainer", Map.of("path", HERE + "Trainer")))))
                .hasMessageStartingWith(
                        "component 'c.trainer' has path '" + HERE + "Trainer', which is not on the allow-list");
    }

    @Test
    void whatAConstructorThrowsIsTheCause() {
        assertThatThrownBy(() -> build("Broken", Map.of()))
                .hasMessageContaining("'c' could not be built")
                .hasMessageContaining("no fuel")
                .hasCauseInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> build("Huge", Map.of())).hasCauseInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void aClassThatCannotBeInstantiatedIsRefusedInOneSentence() {
        assertThatThrownBy(() -> build("Absent", Map.of())).hasMessageContaining("there is no such class");
        assertThatThrownBy(() -> build("Abstract", Map.of()))
                .hasMessageContaining("which is not a public class that can be instantiated");
        assertThatThrownBy(() -> build("Odd", Map.of())).hasMessageContaining("needs a public constructor");
    }

    @Test
    void theSameIdTwiceIsRefused() {
        ComponentConfig config = ComponentConfig.of("c", HERE + "Plain", Map.of());
        assertThatThrownBy(() -> builder("io.rankmq.component.").buildAll(List.of(config, config)))
                .hasMessageContaining("'c' is there twice");
    }

    @Test
    void aComponentWithoutAPathForThisLanguageIsRefused() {
        ComponentConfig config = new ComponentConfig("c", Map.of("python", "pkg.Trainer"), Map.of());
        assertThatThrownBy(() -> builder("pkg.").build(config))
                .hasMessage("component 'c' has no path for language 'java', only for python; add one to its path");
    }

    @Test
    void aTestOfAComponentGivesItsNestedOnesAsObjects() {
        Samples.Trainer trainer = new Samples.Trainer(ComponentArgs.of("t", Map.of()));
        assertThat(new Samples.Outer(ComponentArgs.of("o", Map.of("trainer", trainer))).trainer)
                .isSameAs(trainer);
    }

    @Test
    void theNearestNameIsOneThatCouldBeMeant() {
        assertThat(NearestName.of("wrold_size", List.of("world_size", "name"))).isEqualTo("world_size");
        assertThat(NearestName.of("Task", List.of("tasks", "name"))).isEqualTo("tasks");
        assertThat(NearestName.of("colour", List.of("tasks", "name"))).isNull();
        assertThat(NearestName.hint("colour", List.of("tasks", "name"))).isEqualTo("; known are name, tasks");
    }
}
