// SPDX-License-Identifier: Apache-2.0
package io.rankmq.curve;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** libsodium's own functions, and where the library is found. */
final class SodiumLibrary {
    /** Path of a libsodium to use instead of the bundled one. */
    static final String PATH_PROPERTY = "rankmq.sodium";

    /** JNA's: where libraries are looked for besides the linker's own places. */
    private static final String SEARCH_PROPERTY = "jna.platform.library.path";

    private SodiumLibrary() {}

    /**
     * Loads and binds it: the one that the property names, else the one that is bundled for this platform, else the system's.
     *
     * @return where it was found
     * @throws LinkageError or IOException if none can be loaded
     */
    static String load() throws IOException {
        // Else JNA starts a process, ldconfig, to ask it.
        if (System.getProperty(SEARCH_PROPERTY) == null) {
            System.setProperty(SEARCH_PROPERTY, System.getProperty("java.library.path", ""));
        }
        String path = System.getProperty(PATH_PROPERTY, "");
        String where = "of the property " + PATH_PROPERTY;
        if (path.isEmpty()) {
            String resource = resource();
            File bundled = resource == null
                    ? null
                    : Native.extractFromResourcePath(resource, SodiumLibrary.class.getClassLoader());
            path = bundled == null ? "sodium" : bundled.getPath();
            where = bundled == null ? "of the system" : "bundled";
        }
        Native.register(SodiumLibrary.class, NativeLibrary.getInstance(path));
        if (sodium_init() < 0) {
            throw new UnsatisfiedLinkError("sodium_init failed");
        }
        return where;
    }

    /** The bundled library of this platform, or null if none is bundled. */
    private static @Nullable String resource() {
        boolean arm = Platform.isARM();
        if (!Platform.is64Bit()) {
            return null;
        }
        if (Platform.isLinux()) {
            return arm ? "/arm64/libsodium.so" : Platform.isIntel() ? "/linux64/libsodium.so" : null;
        }
        if (Platform.isMac()) {
            return arm ? "/mac_arm/libsodium.dylib" : "/mac/libsodium.dylib";
        }
        return Platform.isWindows() && !arm ? "/windows64/libsodium.dll" : null;
    }

    static native int sodium_init();

    static native String sodium_version_string();

    static native int crypto_box_keypair(byte[] publicKey, byte[] secretKey);

    static native int crypto_scalarmult_base(byte[] publicKey, byte[] secretKey);

    static native int crypto_box_beforenm(byte[] shared, byte[] publicKey, byte[] secretKey);

    static native int crypto_box_afternm(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] shared);

    static native int crypto_box_open_afternm(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] shared);

    static native int crypto_box(
            byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] publicKey, byte[] secretKey);

    static native int crypto_box_open(
            byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] publicKey, byte[] secretKey);

    static native int crypto_secretbox(byte[] cipher, byte[] plain, long length, byte[] nonce, byte[] key);

    static native int crypto_secretbox_open(byte[] plain, byte[] cipher, long length, byte[] nonce, byte[] key);
}
