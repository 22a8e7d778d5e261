// SPDX-License-Identifier: Apache-2.0
package io.rankmq.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Cores decide: they take messages and the time, and give messages back. So neither a core nor anything of ours that it reaches may touch
 * sockets, threads, files or clocks. A core is a class whose name ends in {@code Core}.
 */
class CoresTest {
    private static final List<String> FORBIDDEN_PACKAGES =
            List.of("java.net", "java.nio.channels", "java.nio.file", "org.zeromq", "zmq", "java.util.concurrent");
    private static final Set<String> FORBIDDEN_TYPES = Set.of(
            "java.lang.Thread",
            "java.lang.ThreadLocal",
            "java.lang.Process",
            "java.lang.ProcessBuilder",
            "java.lang.ProcessHandle",
            "java.time.Clock",
            "java.util.Timer");
    private static final Set<String> FORBIDDEN_CALLS = Set.of(
            "java.lang.System.nanoTime",
            "java.lang.System.currentTimeMillis",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "io.rankmq.security.CurveKeyPair.generate");

    static Stream<JavaClass> cores() {
        return Project.classes().stream().filter(type -> type.getSimpleName().endsWith("Core"));
    }

    @Test
    void brokerParentAndWorkerHaveACore() {
        assertThat(cores().map(JavaClass::getPackageName))
                .contains("io.rankmq.broker", "io.rankmq.parent", "io.rankmq.worker");
    }

    @ParameterizedTest
    @MethodSource("cores")
    void aCoreReachesNoSocketThreadFileOrClock(JavaClass core) {
        assertThat(faults(core)).as("what " + core.getSimpleName() + " reaches").isEmpty();
    }

    /** The way to each fault, by the fault. */
    private static Map<String, String> faults(JavaClass core) {
        Map<String, String> faults = new TreeMap<>();
        Set<String> seen = new TreeSet<>();
        Deque<JavaClass> open = new ArrayDeque<>();
        open.add(core);
        while (!open.isEmpty()) {
            JavaClass type = open.remove();
            if (!seen.add(type.getName())) {
                continue;
            }
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass target = dependency.getTargetClass().getBaseComponentType();
                if (isForbidden(target)) {
                    faults.put(type.getName() + " -> " + target.getName(), dependency.getDescription());
                } else if (isOurs(target) && !isPlainValue(target)) {
                    open.add(target);
                }
            }
            type.getCodeUnitAccessesFromSelf().stream()
                    .filter(access -> isForbidden(access.getTarget()))
                    .forEach(access ->
                            faults.put(type.getName() + " calls " + name(access.getTarget()), access.getDescription()));
        }
        return faults;
    }

    private static boolean isOurs(JavaClass type) {
        return type.getPackageName().startsWith("io.rankmq.");
    }

    /** Records of transport and security are handed through cores; what else they can do, such as make keys, no core calls. */
    private static boolean isPlainValue(JavaClass type) {
        return type.isRecord()
                && Set.of("io.rankmq.transport", "io.rankmq.security").contains(type.getPackageName());
    }

    private static boolean isForbidden(JavaClass type) {
        if (type.getName().equals("java.util.concurrent.TimeUnit")) {
            return false;
        }
        String place = type.getPackageName();
        return FORBIDDEN_TYPES.contains(type.getName())
                || (place.equals("io.rankmq.transport") && !type.isRecord())
                || FORBIDDEN_PACKAGES.stream().anyMatch(name -> place.equals(name) || place.startsWith(name + "."));
    }

    private static boolean isForbidden(AccessTarget target) {
        return FORBIDDEN_CALLS.contains(name(target));
    }

    private static String name(AccessTarget target) {
        return target.getOwner().getName() + "." + target.getName();
    }
}
