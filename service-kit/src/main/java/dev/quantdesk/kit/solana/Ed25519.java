package dev.quantdesk.kit.solana;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc8032.Ed25519.PublicPoint;

/**
 * Ed25519 as strict as Solana's {@code verify_strict}: the key and the signature's point must be canonical and of full order,
 * so that what is accepted here is accepted on chain. Thread-safe.
 */
public final class Ed25519 {
    public static final int SIGNATURE_LENGTH = 64;
    public static final int SEED_LENGTH = 32;

    private static final int KEY_CACHE_MAX = 4_096;
    /** The neutral point, the one point of small order that the equation with a key of full order can lead to. */
    private static final byte[] NEUTRAL = {
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    // The full check of a key costs about as much as a verification, and traders sign many times with one key.
    private static final Map<PublicKey, CheckedKey> CHECKED_KEYS =
            Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<PublicKey, CheckedKey> eldest) {
                    return size() > KEY_CACHE_MAX;
                }
            });

    /** A key of full order, in the forms the two implementations take. */
    record CheckedKey(PublicPoint point, Optional<java.security.PublicKey> forNative) {}

    private Ed25519() {}

    /** Whether the key is a canonical point of full order: no small-order or mixed-order key passes. */
    public static boolean isStrongKey(PublicKey key) {
        return checked(key) != null;
    }

    /** Whether the key is a canonical point of the curve, of whatever order: nobody can sign with one that is none. */
    public static boolean isPoint(PublicKey key) {
        return org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyPartial(key.toBytes(), 0);
    }

    /** Whether {@code signature} is {@code key}'s over {@code message}, by the strict rules. */
    public static boolean verify(PublicKey key, byte[] message, byte[] signature) {
        CheckedKey checked = signature.length == SIGNATURE_LENGTH ? checked(key) : null;
        if (checked == null) {
            return false;
        }
        return checked.forNative().isPresent()
                ? verifyNatively(checked.forNative().get(), message, signature)
                : verifyInJava(checked.point(), message, signature);
    }

    /**
     * The native library compares the bytes of the point it computes, which with a key of full order is canonical and of full order
     * too, or neutral.
     */
    static boolean verifyNatively(java.security.PublicKey key, byte[] message, byte[] signature) {
        return !Arrays.equals(signature, 0, NEUTRAL.length, NEUTRAL, 0, NEUTRAL.length)
                && NativeEd25519.verify(key, message, signature);
    }

    /** This one multiplies its equation by a number that may hide a part of small order: the signature's point is checked apart. */
    static boolean verifyInJava(PublicPoint point, byte[] message, byte[] signature) {
        return org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFull(signature, 0)
                && org.bouncycastle.math.ec.rfc8032.Ed25519.verify(signature, 0, point, message, 0, message.length);
    }

    /** @return null for a key that is not strong */
    static CheckedKey checked(PublicKey key) {
        CheckedKey known = CHECKED_KEYS.get(key);
        if (known == null) {
            PublicPoint point = org.bouncycastle.math.ec.rfc8032.Ed25519.validatePublicKeyFullExport(key.toBytes(), 0);
            if (point != null) {
                known = new CheckedKey(point, NativeEd25519.key(key));
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
