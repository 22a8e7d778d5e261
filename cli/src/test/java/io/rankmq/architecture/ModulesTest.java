// SPDX-License-Identifier: Apache-2.0
package io.rankmq.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which module may know which: protocol before broker, worker and parent, those before the command line. */
class ModulesTest {
    private static final JavaClasses CLASSES = Project.classes();

    private static final String[] PROTOCOL = {
        "io.rankmq.api..",
        "io.rankmq.component..",
        "io.rankmq.data..",
        "io.rankmq.memory..",
        "io.rankmq.protocol..",
        "io.rankmq.security..",
        "io.rankmq.stream..",
        "io.rankmq.transport.."
    };

    @ParameterizedTest
    @ValueSource(strings = {"curve", "protocol", "broker", "worker", "parent", "examples", "cli"})
    void everyModuleIsSeenByTheseRules(String module) {
        assertThat(CLASSES.stream().map(type -> type.getPackageName() + "."))
                .anyMatch(name -> name.startsWith("io.rankmq." + module + "."));
    }

    @Test
    void modulesKnowOnlyWhatStandsBeforeThem() {
        layeredArchitecture()
                .consideringOnlyDependenciesInAnyPackage("io.rankmq..")
                .layer("curve")
                .definedBy("io.rankmq.curve..")
                .layer("protocol")
                .definedBy(PROTOCOL)
                .layer("broker")
                .definedBy("io.rankmq.broker..")
                .layer("worker")
                .definedBy("io.rankmq.worker..")
                .layer("parent")
                .definedBy("io.rankmq.parent..")
                .layer("examples")
                .definedBy("io.rankmq.examples..")
                .layer("cli")
                .definedBy("io.rankmq.cli..")
                .whereLayer("curve")
                .mayOnlyBeAccessedByLayers("cli")
                .whereLayer("cli")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("examples")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("worker")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("parent")
                .mayOnlyBeAccessedByLayers("cli", "examples")
                .whereLayer("broker")
                .mayOnlyBeAccessedByLayers("parent", "cli")
                .ensureAllClassesAreContainedInArchitecture()
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.rankmq.(**)").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void onlyTransportAndSecurityKnowZeroMq() {
        noClasses()
                .that()
                .resideOutsideOfPackages("io.rankmq.transport..", "io.rankmq.security..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.zeromq..", "zmq..", "com.neilalexander..")
                .check(CLASSES);
    }

    @Test
    void nothingReadsObjectsThatOthersWrote() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.ObjectInputStream")
                .check(CLASSES);
    }
}
