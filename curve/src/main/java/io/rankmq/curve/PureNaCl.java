// SPDX-License-Identifier: Apache-2.0
package io.rankmq.curve;

import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** jnacl, unchanged, in a class loader of its own: two of its classes have the names of ours. */
final class PureNaCl implements NaCl {
    private static final String PACKAGE = "com.neilalexander.jnacl.";
    private static final String BOX = PACKAGE + "crypto.curve25519xsalsa20poly1305";
    private static final String SECRET_BOX = PACKAGE + "crypto.xsalsa20poly1305";
    private static final MethodType TWO = MethodType.methodType(int.class, byte[].class, byte[].class);
    private static final MethodType THREE = TWO.appendParameterTypes(byte[].class);
    private static final MethodType FIVE = TWO.appendParameterTypes(long.class, byte[].class, byte[].class);
    private static final MethodType SIX = FIVE.appendParameterTypes(byte[].class);

    private final MethodHandle keyPair;
    private final MethodHandle publicKey;
    private final MethodHandle beforenm;
    private final MethodHandle afternm;
    private final MethodHandle openAfternm;
    private final MethodHandle box;
    private final MethodHandle openBox;
    private final MethodHandle secretBox;
    private final MethodHandle openSecretBox;

    PureNaCl() {
        ClassLoader hidden = new HiddenClasses();
        keyPair = find(hidden, BOX, "crypto_box_keypair", TWO);
        publicKey = find(hidden, BOX, "crypto_box_getpublickey", TWO);
        beforenm = find(hidden, BOX, "crypto_box_beforenm", THREE);
        afternm = find(hidden, BOX, "crypto_box_afternm", FIVE);
        openAfternm = find(hidden, BOX, "crypto_box_open_afternm", FIVE);
        box = find(hidden, BOX, "crypto_box", SIX);
        openBox = find(hidden, BOX, "crypto_box_open", SIX);
        secretBox = find(hidden, SECRET_BOX, "crypto_secretbox", FIVE);
        openSecretBox = find(hidden, SECRET_BOX, "crypto_secretbox_open", FIVE);
    }

    @Override
    public String name() {
        return "pure Java (jnacl)";
    }

    @Override
    public int keyPair(byte[] publicKeyOut, byte[] secretKey) {
        try {
            return (int) keyPair.invokeExact(publicKeyOut, secretKey);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    @Override
    public int publicKey(byte[] publicKeyOut, byte[] secretKey) {
        try {
            return (int) publicKey.invokeExact(publicKeyOut, secretKey);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    @Override
    public int beforenm(byte[] shared, byte[] theirs, byte[] secretKey) {
        try {
            return (int) beforenm.invokeExact(shared, theirs, secretKey);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    @Override
    public int afternm(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] shared) {
        return five(afternm, cipher, plain, length, nonce, shared);
    }

    @Override
    public int openAfternm(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] shared) {
        return five(openAfternm, plain, cipher, length, nonce, shared);
    }

    @Override
    public int box(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] theirs, byte[] secretKey) {
        return six(box, cipher, plain, length, nonce, theirs, secretKey);
    }

    @Override
    public int openBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] theirs, byte[] secretKey) {
        return six(openBox, plain, cipher, length, nonce, theirs, secretKey);
    }

    @Override
    public int secretBox(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] key) {
        return five(secretBox, cipher, plain, length, nonce, key);
    }

    @Override
    public int openSecretBox(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] key) {
        return five(openSecretBox, plain, cipher, length, nonce, key);
    }

    private static int five(MethodHandle function, byte[] to, byte[] from, long length, byte[] nonce, byte[] key) {
        try {
            return (int) function.invokeExact(to, from, length, nonce, key);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    private static int six(
            MethodHandle function, byte[] to, byte[] from, long length, byte[] nonce, byte[] theirs, byte[] own) {
        try {
            return (int) function.invokeExact(to, from, length, nonce, theirs, own);
        } catch (Throwable e) {
            throw broken(e);
        }
    }

    private static MethodHandle find(ClassLoader loader, String type, String name, MethodType signature) {
        try {
            return MethodHandles.publicLookup().findStatic(loader.loadClass(type), name, signature);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("this build of RankMQ lacks " + type + "." + name, e);
        }
    }

    private static RuntimeException broken(Throwable cause) {
        if (cause instanceof Error error) {
            throw error;
        }
        return cause instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(cause);
    }

    /** Defines jnacl's classes from the resources that the build has put beside this class. */
    private static final class HiddenClasses extends ClassLoader {
        HiddenClasses() {
            super(PureNaCl.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(PACKAGE)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                return known != null ? known : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = PureNaCl.class.getResourceAsStream("jnacl/" + name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
