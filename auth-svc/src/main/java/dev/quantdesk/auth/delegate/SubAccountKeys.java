package dev.quantdesk.auth.delegate;

import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The keys of sub-accounts. Each follows from the owner's key and the sub-account's number, so that anyone can compute it, and is
 * no point of the curve, as Solana's program-derived addresses are none: it has no secret, nobody can sign in or sign an order
 * with it, and no wallet has the same. Thread-safe.
 */
public final class SubAccountKeys {
    private static final byte[] TAG = "quantdesk-sub-account".getBytes(StandardCharsets.US_ASCII);
    private static final int BUMP_MAX = 255;
    private static final int CACHE_MAX = 16_384;

    private record Name(PublicKey owner, int number) {}

    // Testing whether a key is a point costs as much as half a signature's verification, and each call of a firm asks.
    private static final Map<Name, PublicKey> KNOWN =
            Collections.synchronizedMap(new LinkedHashMap<>(256, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Name, PublicKey> eldest) {
                    return size() > CACHE_MAX;
                }
            });

    private SubAccountKeys() {}

    /**
     * {@code sha256(tag ‖ owner ‖ number ‖ bump)}, the number as four bytes and the bump as one, big-endian, with the largest
     * bump that gives no point of the curve.
     *
     * @param number from 1
     */
    public static PublicKey of(PublicKey owner, int number) {
        Name name = new Name(owner, number);
        PublicKey known = KNOWN.get(name);
        if (known == null) {
            known = derive(owner, number);
            KNOWN.put(name, known);
        }
        return known;
    }

    private static PublicKey derive(PublicKey owner, int number) {
        if (number < 1) {
            throw new IllegalArgumentException("sub-accounts are numbered from 1, not " + number);
        }
        // Each bump fails with probability one half, so that none is left once in 2^256.
        for (int bump = BUMP_MAX; bump >= 0; bump--) {
            PublicKey key = PublicKey.of(hash(owner, number, bump));
            if (!Ed25519.isPoint(key)) {
                return key;
            }
        }
        throw new IllegalStateException("no bump takes sub-account " + number + " of " + owner + " off the curve");
    }

    private static byte[] hash(PublicKey owner, int number, int bump) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(ByteBuffer.allocate(TAG.length + PublicKey.LENGTH + Integer.BYTES + 1)
                            .put(TAG)
                            .put(owner.toBytes())
                            .putInt(number)
                            .put((byte) bump)
                            .array());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java has SHA-256", impossible);
        }
    }
}
