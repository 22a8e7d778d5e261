// SPDX-License-Identifier: Apache-2.0
package io.rankmq.component;

import java.util.List;

/** Components for the tests of this package. */
public final class Samples {

    private Samples() {}

    /** Set by the static initialiser of {@link Loud}. */
    static boolean loudWasInitialised;

    /** Has no arguments. */
    public static final class Plain {}

    /** Tells when its class is initialised. */
    public static final class Loud {
        static {
            loudWasInitialised = true;
        }
    }

    /** Reads one argument of each kind. */
    public static final class Trainer {
        final int epochs;
        final double rate;
        final String name;
        final boolean verbose;
        final Plain plain;
        final List<Plain> more;

        /** Reads them. */
        public Trainer(ComponentArgs args) {
            epochs = args.integer("epochs", 1);
            rate = args.number("rate", 0.5);
            name = args.text("name", "none");
            verbose = args.flag("verbose", false);
            plain = args.component("plain", Plain.class, new Plain());
            more = args.components("more", Plain.class);
        }
    }

    /** Holds another component. */
    public static final class Outer {
        final Trainer trainer;

        /** Builds it. */
        public Outer(ComponentArgs args) {
            trainer = args.component("trainer", Trainer.class);
        }
    }

    /** Cannot be built. */
    public static final class Broken {
        /** Throws. */
        public Broken() {
            throw new IllegalStateException("no fuel");
        }
    }

    /** Needs memory that is not there. */
    public static final class Huge {
        /** Throws. */
        public Huge() {
            throw new OutOfMemoryError("no room");
        }
    }

    /** Cannot be instantiated. */
    public abstract static class Abstract {}

    /** Has no constructor that a builder may call. */
    public static final class Odd {
        final String text;

        /** Takes what no builder gives. */
        public Odd(String text) {
            this.text = text;
        }
    }
}
