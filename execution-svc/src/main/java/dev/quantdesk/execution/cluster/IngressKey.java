package dev.quantdesk.execution.cluster;

import io.aeron.security.Authenticator;
import io.aeron.security.CredentialsSupplier;
import io.aeron.security.SessionProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Set;
import org.agrona.collections.LongHashSet;

/**
 * Who may send commands: whoever can read the key file beside the node's shared memory, which is the user the node runs
 * as. Without it any process of the machine could place orders that nobody has signed. A member that is alone makes it
 * anew at every start; members of one cluster are given a common one.
 */
final class IngressKey {
    private static final String FILE = "ingress.key";
    private static final int LENGTH = 32;
    private static final byte[] NO_CHALLENGE = {};

    private final byte[] key;

    private IngressKey(byte[] key) {
        this.key = key;
    }

    static IngressKey random() {
        byte[] key = new byte[LENGTH];
        new SecureRandom().nextBytes(key);
        return new IngressKey(key);
    }

    /** The key that all members share. @throws EngineStartException when the file holds fewer than 32 characters */
    static IngressKey shared(Path file) {
        byte[] key;
        try {
            key = Files.readString(file, StandardCharsets.US_ASCII).strip().getBytes(StandardCharsets.US_ASCII);
        } catch (IOException e) {
            throw new EngineStartException("the members' ingress key can't be read from " + file + ": " + e, e);
        }
        if (key.length < LENGTH) {
            throw new EngineStartException("the ingress key in " + file + " is shorter than " + LENGTH + " characters");
        }
        return new IngressKey(key);
    }

    /** Writes the key for clients, readable by its owner only. */
    void publish(Path aeronDir) {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] ownerOnly = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        Path file = aeronDir.resolve(FILE);
        try (var channel = Files.newByteChannel(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly)) {
            channel.write(ByteBuffer.wrap(key));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** What a client shows. @throws IllegalStateException when the node has not written its key yet */
    static CredentialsSupplier credentials(Path aeronDir) {
        byte[] key;
        try {
            key = Files.readAllBytes(aeronDir.resolve(FILE));
        } catch (IOException e) {
            throw new IllegalStateException("no engine node is ready in " + aeronDir, e);
        }
        return new CredentialsSupplier() {
            @Override
            public byte[] encodedCredentials() {
                return key;
            }

            @Override
            public byte[] onChallenge(byte[] encodedChallenge) {
                return NO_CHALLENGE;
            }
        };
    }

    /** Lets in the sessions that show the key; called by the consensus thread only. */
    Authenticator authenticator() {
        return new Authenticator() {
            private final LongHashSet admitted = new LongHashSet();

            @Override
            public void onConnectRequest(long sessionId, byte[] encodedCredentials, long nowMs) {
                if (MessageDigest.isEqual(key, encodedCredentials)) {
                    admitted.add(sessionId);
                }
            }

            @Override
            public void onConnectedSession(SessionProxy session, long nowMs) {
                if (!admitted.remove(session.sessionId())) {
                    session.reject();
                } else if (!session.authenticate(null)) {
                    // Back-pressure: the same session is asked about again.
                    admitted.add(session.sessionId());
                }
            }

            @Override
            public void onChallengeResponse(long sessionId, byte[] encodedCredentials, long nowMs) {
                // Nobody is challenged, so no answer counts.
            }

            @Override
            public void onChallengedSession(SessionProxy session, long nowMs) {
                session.reject();
            }
        };
    }
}
