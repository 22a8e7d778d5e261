// SPDX-License-Identifier: Apache-2.0
package io.rankmq.transport;

import static com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305.crypto_box;
import static com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305.crypto_box_afternm;
import static com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305.crypto_box_beforenm;
import static com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305.crypto_box_keypair;
import static com.neilalexander.jnacl.crypto.curve25519xsalsa20poly1305.crypto_box_open;

import io.rankmq.security.CurveKeyPair;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import zmq.util.Z85;

/**
 * Speaks ZMTP 3 and CURVE by hand over a plain TCP connection, so that it can say what no library would: any property, any flag, any length.
 */
final class HostileClient implements AutoCloseable {

    static final int MORE = 1;
    static final int COMMAND = 2;

    final Socket tcp;
    private final DataOutputStream out;
    private final DataInputStream in;
    private final byte[] sharedKey = new byte[32];
    private long nonce = 1;

    HostileClient(String endpoint) throws IOException {
        URI uri = URI.create(endpoint);
        tcp = new Socket();
        tcp.connect(new InetSocketAddress(uri.getHost(), uri.getPort()), 5000);
        tcp.setSoTimeout(5000);
        tcp.setTcpNoDelay(true);
        out = new DataOutputStream(tcp.getOutputStream());
        in = new DataInputStream(tcp.getInputStream());
    }

    /** Sends a greeting of version 3. */
    void sendGreeting(String mechanism) throws IOException {
        ByteBuffer greeting = ByteBuffer.allocate(64);
        greeting.put(0, (byte) 0xff).put(9, (byte) 0x7f).put(10, (byte) 3);
        greeting.position(12);
        greeting.put(mechanism.getBytes(StandardCharsets.US_ASCII));
        raw(greeting.array());
    }

    /** Sends and reads a greeting. */
    void greet(String mechanism) throws IOException {
        sendGreeting(mechanism);
        in.readFully(new byte[64]);
    }

    /** The whole handshake; false if the other side refused the key. */
    boolean handshake(String serverKey, CurveKeyPair keys, Map<String, String> properties) throws IOException {
        greet("CURVE");
        byte[] server = Z85.decode(serverKey);
        byte[] shortPublic = new byte[32];
        byte[] shortSecret = new byte[32];
        crypto_box_keypair(shortPublic, shortSecret);

        byte[] hello = new byte[200];
        System.arraycopy(text("\5HELLO\1\0"), 0, hello, 0, 8);
        System.arraycopy(shortPublic, 0, hello, 80, 32);
        hello[119] = (byte) nonce;
        byte[] signature = box(new byte[64], nonce("CurveZMQHELLO---"), server, shortSecret);
        System.arraycopy(signature, 0, hello, 120, 80);
        frame(COMMAND << 1, hello);

        byte[] welcome = readFrame();
        byte[] welcomeNonce = concat(text("WELCOME-"), Arrays.copyOfRange(welcome, 8, 24));
        byte[] opened = open(Arrays.copyOfRange(welcome, 24, 168), welcomeNonce, server, shortSecret);
        byte[] serverShort = Arrays.copyOf(opened, 32);
        byte[] cookie = Arrays.copyOfRange(opened, 32, 128);
        crypto_box_beforenm(sharedKey, serverShort, shortSecret);

        byte[] vouchNonce = concat(text("VOUCH---"), new byte[16]);
        byte[] vouch = box(concat(shortPublic, server), vouchNonce, serverShort, Z85.decode(keys.secretKey()));
        byte[] plain =
                concat(Z85.decode(keys.publicKey()), Arrays.copyOfRange(vouchNonce, 8, 24), vouch, encode(properties));
        nonce++;
        byte[] initiate = concat(
                text("\10INITIATE"),
                cookie,
                bigEndian(nonce),
                box(plain, nonce("CurveZMQINITIATE"), serverShort, shortSecret));
        nonce++;
        frame(COMMAND << 1, initiate);
        return new String(readFrame(), StandardCharsets.ISO_8859_1).startsWith("\5READY");
    }

    /** Sends one encrypted frame with any flags. */
    void message(int flags, byte[] payload) throws IOException {
        frame(0, encrypt(flags, payload));
    }

    /** What {@link #message} would send, without its frame header. */
    byte[] encrypt(int flags, byte[] payload) {
        byte[] padded = new byte[32 + 1 + payload.length];
        padded[32] = (byte) flags;
        System.arraycopy(payload, 0, padded, 33, payload.length);
        byte[] boxed = new byte[padded.length];
        crypto_box_afternm(boxed, padded, padded.length, nonce("CurveZMQMESSAGEC"), sharedKey);
        byte[] body = concat(text("\7MESSAGE"), bigEndian(nonce), Arrays.copyOfRange(boxed, 16, boxed.length));
        nonce++;
        return body;
    }

    /** Sends one frame of ZMTP. */
    void frame(int flags, byte[] body) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(9);
        if (body.length > 255) {
            header.put((byte) (flags | 2)).putLong(body.length);
        } else {
            header.put((byte) flags).put((byte) body.length);
        }
        raw(concat(Arrays.copyOf(header.array(), header.position()), body));
    }

    void raw(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** Whether the other side closes the connection within the time-out of a read. */
    boolean isCutOff() throws IOException {
        try {
            while (in.read() >= 0) {
                // What it says before it hangs up does not matter.
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    private byte[] readFrame() throws IOException {
        int flags = in.readUnsignedByte();
        long size = (flags & 2) == 0 ? in.readUnsignedByte() : in.readLong();
        byte[] body = new byte[Math.toIntExact(size)];
        in.readFully(body);
        return body;
    }

    private byte[] nonce(String prefix) {
        return concat(text(prefix), bigEndian(nonce));
    }

    private static byte[] box(byte[] plain, byte[] nonce, byte[] publicKey, byte[] secretKey) {
        byte[] padded = concat(new byte[32], plain);
        byte[] boxed = new byte[padded.length];
        crypto_box(boxed, padded, padded.length, nonce, publicKey, secretKey);
        return Arrays.copyOfRange(boxed, 16, boxed.length);
    }

    private static byte[] open(byte[] boxed, byte[] nonce, byte[] publicKey, byte[] secretKey) throws IOException {
        byte[] padded = concat(new byte[16], boxed);
        byte[] plain = new byte[padded.length];
        if (crypto_box_open(plain, padded, padded.length, nonce, publicKey, secretKey) != 0) {
            throw new IOException("cannot open the box");
        }
        return Arrays.copyOfRange(plain, 32, plain.length);
    }

    private static byte[] encode(Map<String, String> properties) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        properties.forEach((name, value) -> {
            bytes.write(name.length());
            bytes.writeBytes(text(name));
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(value.length()).array());
            bytes.writeBytes(text(value));
        });
        return bytes.toByteArray();
    }

    private static byte[] bigEndian(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            bytes.writeBytes(part);
        }
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        tcp.close();
    }
}
