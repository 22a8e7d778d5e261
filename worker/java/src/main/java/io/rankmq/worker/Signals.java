// SPDX-License-Identifier: Apache-2.0
package io.rankmq.worker;

/** What the JVM does on signals. TERM runs the shutdown hooks, which is what we want; INT would too, which we do not. */
final class Signals {

    private Signals() {}

    /**
     * Lets an INT pass by: a Ctrl-C at a terminal reaches all processes there, and it is the parent that ends its ranks. There is no
     * supported way, so this one is looked up; a JVM without it just ends on INT.
     */
    static void ignoreInterrupts() {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            signal.getMethod("handle", signal, handler)
                    .invoke(
                            null,
                            signal.getConstructor(String.class).newInstance("INT"),
                            handler.getField("SIG_IGN").get(null));
        } catch (ReflectiveOperationException | RuntimeException unsupported) {
            // Then an INT ends the rank in order, as TERM does.
        }
    }
}
