// SPDX-License-Identifier: Apache-2.0
package io.rankmq.cli;

import java.lang.reflect.Proxy;

/**
 * Signals of the operating system. The JDK has no supported class for them; its module jdk.unsupported keeps sun.misc.Signal for this,
 * which cannot be named in a source without a warning, and so is looked up.
 */
final class Signals {

    private Signals() {}

    /**
     * Runs {@code action}, on a thread of the JVM, each time the signal comes.
     *
     * @param name without SIG, such as {@code INT}
     * @return whether it will: false for a signal that this platform does not have or that the JVM keeps for itself
     */
    static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object calling = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), calling);
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
