package dev.quantdesk.kit.intent;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * What a trader signs: the bounds of everything that may be done for one order. Fixed layout of {@value #LENGTH} bytes, little
 * endian: nonce u32, expiry u32, side bit and limit price u64, quantity u64, domain 14 bytes.
 *
 * @param nonce 0 to 2^32-1, unique for the signer until the expiry
 * @param expirySeconds Unix seconds, 0 to 2^32-1
 * @param sell side bit
 * @param priceTicks worst price: the highest to buy at, the lowest to sell at; 0 to 2^63-1
 * @param quantityLots largest quantity; 0 to 2^63-1
 * @param domain first 14 bytes of sha256(program ‖ market symbol)
 */
public record OrderIntent(
        long nonce, long expirySeconds, boolean sell, long priceTicks, long quantityLots, byte[] domain) {
    public static final int LENGTH = 38;
    public static final int DOMAIN_LENGTH = 14;

    private static final long UNSIGNED_INT_MAX = 0xFFFF_FFFFL;
    private static final long SIDE_BIT = 1L << 63;

    public OrderIntent {
        if (nonce < 0 || nonce > UNSIGNED_INT_MAX || expirySeconds < 0 || expirySeconds > UNSIGNED_INT_MAX) {
            throw new IllegalArgumentException("nonce and expiry have 32 bits");
        }
        if (priceTicks < 0 || quantityLots < 0) {
            throw new IllegalArgumentException("price and quantity have 63 bits");
        }
        if (domain.length != DOMAIN_LENGTH) {
            throw new IllegalArgumentException("a domain has " + DOMAIN_LENGTH + " bytes");
        }
        domain = domain.clone();
    }

    /** The domain of a market under a settlement program. */
    public static byte[] domain(PublicKey program, String market) {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(program.toBytes());
            sha256.update(market.getBytes(StandardCharsets.UTF_8));
            return Arrays.copyOf(sha256.digest(), DOMAIN_LENGTH);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** @throws IllegalArgumentException when there are not exactly 38 bytes or the quantity's top bit is set */
    public static OrderIntent decode(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("an intent has " + LENGTH + " bytes, not " + bytes.length);
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        long nonce = Integer.toUnsignedLong(in.getInt());
        long expiry = Integer.toUnsignedLong(in.getInt());
        long sideAndPrice = in.getLong();
        long quantity = in.getLong();
        byte[] domain = new byte[DOMAIN_LENGTH];
        in.get(domain);
        return new OrderIntent(nonce, expiry, sideAndPrice < 0, sideAndPrice & ~SIDE_BIT, quantity, domain);
    }

    public byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) nonce)
                .putInt((int) expirySeconds)
                .putLong(sell ? priceTicks | SIDE_BIT : priceTicks)
                .putLong(quantityLots)
                .put(domain)
                .array();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OrderIntent intent && Arrays.equals(encode(), intent.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }
}
