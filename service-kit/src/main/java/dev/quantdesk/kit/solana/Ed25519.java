package dev.quantdesk.kit.solana;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bouncycastle.math.ec.rfc8032.Ed25519.PublicPoint;

/**
 * Ed25519 as strict as Solana's {@code verify_strict}: the key and the signature's point must be canonical and of full order,
 * so that what is accepted here is accepted on chain. Thread-safe.
 */
public final class Ed25519 {
    public static final int SIGNATURE_LENGTH = 64;
    public static final int SEED_LENGTH = 32;

    private static final int KEY_CACHE_MAX = 4_096;
    // The full check of a key costs about as much as a verification, and traders sign many times with one key.
    private static final Map<PublicKey, PublicPoint> CHECKED_KEYS =
            Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<PublicKey, PublicPoint> eldest) {
                    return size() > KEY_CACHE_MAX;
                }
            });

    private Ed25519() {}

    /** Whether the key is a canonical point of full order: no small-order or mixed-order key passes. */
    public static boolean isStrongKey(PublicKey key) {
        return point(key) != null;
    }

    /** Whether the key is a canonical point of the curve, of whatever order: nobody can sign with one that is none. */
    public static boolean isPoint(PublicKey key) {
        return org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyPartial(key.toBytes(), 0);
    }

    /** Whether {@code signature} is {@code key}'s over {@code message}, by the strict rules. */
    public static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        if (signature.length != SIGNATURE_LENGTH) {
            return false;
        }
        PublicPoint point = point(key);
        return point != null
                && org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFull(signature, 0)
                && org.bouncycastle.math.ec.rfc8032.Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    private static PublicPoint point(PublicKey key) {
        PublicPoint known = CHECKED_KEYS.get(key);
        if (known == null) {
            known = org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFullExport(key.toBytes(), 0);
            if (known != null) {
                CHECKED_KEYS.put(key, known);
            }
        }
        return known;
    }

    /** A key pair; the seed is a secret. */
    public record KeyPair(byte[] seed, PublicKey publicKey) {
        public static KeyPair generate(SecureRandom random) {
            byte[] seed = new byte[SEED_LENGTH];
            random.nextBytes(seed);
            return ofSeed(seed);
        }

        public static KeyPair ofSeed(byte[] seed) {
            byte[] publicKey = new byte[PublicKey.LENGTH];
            org.bouncycastle.math.ec.rfc8032.Ed25519.generatePublicKey(seed, 0, publicKey, 0);
            return new KeyPair(seed.clone(), PublicKey.of(publicKey));
        }

        public byte[] sign(byte[] message) {
            byte[] signature = new byte[SIGNATURE_LENGTH];
            org.bouncycastle.math.ec.rfc8032.Ed25519.sign(
                    seed, 0, publicKey.toBytes(), 0, message, 0, message.length, signature, 0);
            return signature;
        }

        @Override
        public String toString() {
            return "KeyPair[" + publicKey + "]";
        }
    }
}
