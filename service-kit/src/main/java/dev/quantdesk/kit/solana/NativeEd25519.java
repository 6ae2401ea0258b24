package dev.quantdesk.kit.solana;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;

/** The equation of a signature by a native library, where there is one for this machine: several times as fast as in Java. */
final class NativeEd25519 {
    private static final String ALGORITHM = "Ed25519";
    /** What stands before the 32 bytes of a key in its X.509 form, RFC 8410. */
    private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

    private static final boolean AVAILABLE = AmazonCorrettoCryptoProvider.INSTANCE.getLoadingError() == null;

    private NativeEd25519() {}

    /** The key in the library's form; nothing where there is no library. */
    static Optional<java.security.PublicKey> key(PublicKey key) {
        if (!AVAILABLE) {
            return Optional.empty();
        }
        byte[] encoded = new byte[X509_PREFIX.length + PublicKey.LENGTH];
        System.arraycopy(X509_PREFIX, 0, encoded, 0, X509_PREFIX.length);
        System.arraycopy(key.toBytes(), 0, encoded, X509_PREFIX.length, PublicKey.LENGTH);
        try {
            return Optional.of(KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(encoded)));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a key of full order has no X.509 form", impossible);
        }
    }

    static boolean verify(java.security.PublicKey key, byte[] message, byte[] signature) {
        try {
            Signature verification = Signature.getInstance(ALGORITHM, AmazonCorrettoCryptoProvider.INSTANCE);
            verification.initVerify(key);
            verification.update(message);
            return verification.verify(signature);
        } catch (SignatureException unreadable) {
            // Not even the form of a signature.
            return false;
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("the library does not know Ed25519", impossible);
        }
    }
}
