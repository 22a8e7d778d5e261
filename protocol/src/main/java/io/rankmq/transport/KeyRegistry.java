// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which public key may use which port, and the identity it gets there. Safe for any thread. */
public final class KeyRegistry {

    /**
     * Begins an identity under which several processes may be connected at a time. The authenticator numbers their connections, and the peer of a
     * message is the identity, {@link #CONNECTION}, and that number.
     */
    public static final String SHARED = "*";

    /** Separates a shared identity from the number of a connection. */
    public static final char CONNECTION = '#';

    /** An identity of 128 bytes at most needs room for the number of a connection. */
    private static final int SHARED_LENGTH = 128 - 1 - 16;

    private record Port(String domain, String publicKey) {}

    private record Entry(String owner, String identity) {}

    // Guarded by this; read once a handshake.
    private final Map<Port, Entry> entries = new HashMap<>();

    /**
     * Admits keys. Must happen before the owners of the keys connect: a refusal is final for the socket that was refused.
     *
     * @param owner under which the keys can be taken away again, for instance a session
     * @param domains the ports' domains, see {@link WireSocket.Bind#domain}
     * @param identities from public key (Z85) to the identity that its owner gets
     * @throws IllegalArgumentException if a key is admitted to one of the domains already, or an identity is no ASCII of 1 to 128 bytes
     */
    public synchronized void register(String owner, Set<String> domains, Map<String, String> identities) {
        for (Map.Entry<String, String> key : identities.entrySet()) {
            checkIdentity(key.getValue());
            for (String domain : domains) {
                if (entries.containsKey(new Port(domain, key.getKey()))) {
                    throw new IllegalArgumentException("public key " + Fingerprint.of(key.getKey()) + " is admitted to "
                            + domain + " already; each session needs keys of its own");
                }
            }
        }
        for (Map.Entry<String, String> key : identities.entrySet()) {
            for (String domain : domains) {
                entries.put(new Port(domain, key.getKey()), new Entry(owner, key.getValue()));
            }
        }
    }

    /** Takes all keys of an owner away. Open connections stay; new ones are refused. */
    public synchronized void unregister(String owner) {
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext()) {
            if (all.next().owner().equals(owner)) {
                all.remove();
            }
        }
    }

    /** The identity of the key's owner on that port, or null if the key is not admitted there. */
    public synchronized @Nullable String identityOf(String domain, String publicKey) {
        Entry entry = entries.get(new Port(domain, publicKey));
        return entry == null ? null : entry.identity();
    }

    /** How many keys are admitted, counted for each port. */
    public synchronized int size() {
        return entries.size();
    }

    private static void checkIdentity(String identity) {
        boolean printable = identity.chars().allMatch(c -> c > ' ' && c < 127);
        int longest = identity.startsWith(SHARED) ? SHARED_LENGTH : 128;
        if (identity.isEmpty() || identity.length() > longest || !printable) {
            throw new IllegalArgumentException(
                    "an identity is 1 to " + longest + " printable ASCII characters, not '" + identity + "'");
        }
    }
}
