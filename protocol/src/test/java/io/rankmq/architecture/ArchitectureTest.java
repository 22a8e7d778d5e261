// SPDX-License-Identifier: Apache-2.0
package io.rankmq.architecture;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.targetOwner;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.time.Clock;
import java.util.Timer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** The rules of this module's packages that a compiler cannot check. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.rankmq");

    private static final String[] WITHOUT_WORLD = {
        "io.rankmq.api..", "io.rankmq.memory..", "io.rankmq.protocol..", "io.rankmq.stream.."
    };

    @Test
    void onlyTransportAndSecurityKnowZeroMq() {
        check(noClasses()
                .that()
                .resideOutsideOfPackages("io.rankmq.transport..", "io.rankmq.security..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.zeromq..", "zmq.."));
    }

    @Test
    void protocolApiAndStreamUseNoSocketsOrFiles() {
        check(noClasses()
                .that()
                .resideInAnyPackage(WITHOUT_WORLD)
                .should()
                .accessTargetWhere(targetOwner(
                        resideInAnyPackage("java.net..", "java.nio.channels..", "java.nio.file..", "javax.net.."))));
    }

    @Test
    void protocolApiAndStreamStartNoThreads() {
        check(noClasses()
                .that()
                .resideInAnyPackage(WITHOUT_WORLD)
                .should()
                .accessTargetWhere(targetOwner(assignableTo(Thread.class)
                        .or(assignableTo(Executor.class))
                        .or(assignableTo(CompletableFuture.class))
                        .or(assignableTo(Timer.class)))));
    }

    @Test
    void protocolApiAndStreamReadNoClock() {
        check(noClasses()
                .that()
                .resideInAnyPackage(WITHOUT_WORLD)
                .should()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .accessTargetWhere(targetOwner(assignableTo(Clock.class))));
    }

    @Test
    void apiKnowsNothingOfTheWire() {
        check(noClasses()
                .that()
                .resideInAPackage("io.rankmq.api..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.rankmq.protocol..",
                        "io.rankmq.stream..",
                        "io.rankmq.transport..",
                        "io.rankmq.security..",
                        "org.msgpack..",
                        "com.fasterxml.."));
    }

    @Test
    void packagesHaveNoCycles() {
        check(slices().matching("io.rankmq.(*)..").should().beFreeOfCycles());
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
