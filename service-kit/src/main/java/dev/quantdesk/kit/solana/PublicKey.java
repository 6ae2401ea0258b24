package dev.quantdesk.kit.solana;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A 32-byte Solana address, kept as four little-endian words so that equality and hashing need no array.
 * Accounts, session keys and programs are all named by one. Immutable.
 */
public record PublicKey(long w0, long w1, long w2, long w3) {
    public static final int LENGTH = 32;

    /** @throws IllegalArgumentException unless {@code bytes} has exactly 32 bytes. */
    public static PublicKey of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a public key has 32 bytes, not " + bytes.length);
        }
        ByteBuffer words = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return new PublicKey(words.getLong(), words.getLong(), words.getLong(), words.getLong());
    }

    /** Reads the base58 form. @throws IllegalArgumentException when it is not base58 of exactly 32 bytes. */
    public static PublicKey parse(String base58) {
        if (base58.length() < LENGTH || base58.length() > 44) {
            throw new IllegalArgumentException(
                    "a public key in base58 has 32 to 44 characters, not " + base58.length());
        }
        return of(Base58.decode(base58));
    }

    public byte[] toBytes() {
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(w0)
                .putLong(w1)
                .putLong(w2)
                .putLong(w3)
                .array();
    }

    /** The base58 form, as wallets and explorers print it. */
    @Override
    public String toString() {
        return Base58.encode(toBytes());
    }
}
