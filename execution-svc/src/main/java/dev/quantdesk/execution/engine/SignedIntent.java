package dev.quantdesk.execution.engine;

import dev.quantdesk.kit.solana.PublicKey;
import java.util.Arrays;
import java.util.Objects;

/**
 * The exact bytes a trader signed for one order, with the signature. The engine stores them for settlement and takes nonce and expiry
 * from the parsed fields; that they match the bytes, and that the signature holds, is checked before the command.
 * The arrays belong to the record: they must not be changed afterwards.
 *
 * @param bytes the intent, 38 bytes
 * @param signature Ed25519 over {@code bytes}, 64 bytes
 * @param signer the key that signed: the account's own, or one it delegated
 * @param nonce unsigned 32 bits, used once per signer until the expiry
 * @param expirySeconds unsigned 32 bits, Unix seconds; the intent is dead from this second on
 * @param signedBytes what the signature is over: {@code bytes} alone, or the intents of a batch one after the other, of which
 *     {@code bytes} is one
 */
public record SignedIntent(
        byte[] bytes, byte[] signature, PublicKey signer, long nonce, long expirySeconds, byte[] signedBytes) {
    /** Intents under one signature: two such batches of a fill's both sides fit one transaction. */
    public static final int BATCH_MAX = 8;

    public static final int LENGTH = 38;
    public static final int SIGNATURE_LENGTH = 64;
    public static final long UINT32_MAX = 0xFFFF_FFFFL;

    /** @throws IllegalArgumentException when a length or a range is wrong. */
    public SignedIntent {
        Arguments.length("intent", bytes, LENGTH);
        Arguments.length("signature", signature, SIGNATURE_LENGTH);
        Objects.requireNonNull(signer, "signer");
        Arguments.range("nonce", nonce, 0, UINT32_MAX);
        Arguments.range("expirySeconds", expirySeconds, 0, UINT32_MAX);
        Arguments.range("signed intents", signedBytes.length / LENGTH, 1, BATCH_MAX);
        if (!contains(signedBytes, bytes)) {
            throw new IllegalArgumentException("the intent is not one of those that were signed");
        }
    }

    /** An intent that was signed alone. */
    public SignedIntent(byte[] bytes, byte[] signature, PublicKey signer, long nonce, long expirySeconds) {
        this(bytes, signature, signer, nonce, expirySeconds, bytes);
    }

    private static boolean contains(byte[] intents, byte[] intent) {
        if (intents.length % LENGTH != 0) {
            return false;
        }
        for (int at = 0; at < intents.length; at += LENGTH) {
            if (Arrays.equals(intents, at, at + LENGTH, intent, 0, LENGTH)) {
                return true;
            }
        }
        return false;
    }

    /** Whether it was signed together with others. */
    public boolean isOfBatch() {
        return signedBytes.length > LENGTH;
    }

    /** The first millisecond at which the intent is dead. */
    public long expiryMillis() {
        return expirySeconds * 1000;
    }

    /** Whether the same was signed; the signature may differ, for signing need not be deterministic. */
    boolean sameContent(SignedIntent other) {
        return signer.equals(other.signer) && Arrays.equals(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedIntent that
                && sameContent(that)
                && nonce == that.nonce
                && expirySeconds == that.expirySeconds
                && Arrays.equals(signature, that.signature)
                && Arrays.equals(signedBytes, that.signedBytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes) * 31 + signer.hashCode();
    }
}
