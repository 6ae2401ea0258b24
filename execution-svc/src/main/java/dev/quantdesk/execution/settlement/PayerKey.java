package dev.quantdesk.execution.settlement;

import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.p2p.solanaj.core.Account;

/** The key that signs settlement transactions and pays their fees. Holds a secret: it is never printed. */
public final class PayerKey {
    private static final int FILE_BYTES_MAX = 1_024;

    private final PublicKey address;
    private final Account account;

    private PayerKey(PublicKey address, Account account) {
        this.address = address;
        this.account = account;
    }

    /**
     * Reads a file that holds the base58 form of 64 bytes: the 32 secret ones, then the 32 of the public key.
     *
     * @throws PayerKeyException when the file can't be read or holds something else; one sentence without the secret
     */
    public static PayerKey read(Path file) {
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new PayerKeyException(file + " is too large for a payer key");
            }
            return parse(Files.readString(file).strip());
        } catch (IOException unreadable) {
            throw new PayerKeyException("the payer key " + file + " can't be read: " + unreadable.getMessage());
        } catch (IllegalArgumentException wrong) {
            throw new PayerKeyException(
                    file + " is no payer key, which is base58 of 64 bytes, secret and public: " + wrong.getMessage());
        }
    }

    static PayerKey parse(String base58) {
        byte[] bytes = decode(base58);
        if (bytes.length != Ed25519.SEED_LENGTH + PublicKey.LENGTH) {
            throw new IllegalArgumentException("it has " + bytes.length + " bytes");
        }
        PublicKey address = Ed25519.KeyPair.ofSeed(Arrays.copyOf(bytes, Ed25519.SEED_LENGTH))
                .publicKey();
        if (!address.equals(PublicKey.of(Arrays.copyOfRange(bytes, Ed25519.SEED_LENGTH, bytes.length)))) {
            throw new IllegalArgumentException("its public half does not belong to its secret half");
        }
        return new PayerKey(address, new Account(bytes));
    }

    /** The decoder names the character it stumbles over; that is part of a secret here. */
    private static byte[] decode(String base58) {
        try {
            return Base58.decode(base58);
        } catch (IllegalArgumentException malformed) {
            throw new IllegalArgumentException("it is not base58 of such a length");
        }
    }

    /** The account that must hold lamports for fees. */
    public PublicKey address() {
        return address;
    }

    Account account() {
        return account;
    }

    @Override
    public String toString() {
        return "PayerKey[" + address + "]";
    }

    /** The payer's key is missing or malformed; the message is for the operator. */
    public static final class PayerKeyException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        PayerKeyException(String message) {
            super(message);
        }
    }
}
