package dev.quantdesk.auth.delegate;

import dev.quantdesk.kit.rpc.ApiException;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;

/** Public keys that callers hand in. */
public final class AccountKeys {
    private AccountKeys() {}

    /**
     * A key that may sign.
     *
     * @param field name of the request's field, for the refusal
     * @throws ApiException with {@link Reason#REQUEST_INVALID} when it is not base58 of 32 bytes, {@link
     * Reason#KEY_WEAK} when
     *     it is not a point of full order, for anyone can sign with such a key
     */
    public static PublicKey strong(String field, String base58) {
        PublicKey key = parse(field, base58);
        if (!Ed25519.isStrongKey(key)) {
            throw ApiException.refuse(Reason.KEY_WEAK, Reason.KEY_WEAK.meaning())
                    .field(field, Reason.KEY_WEAK.meaning())
                    .build();
        }
        return key;
    }

    static PublicKey parse(String field, String base58) {
        try {
            return PublicKey.parse(base58);
        } catch (IllegalArgumentException malformed) {
            throw ApiException.refuse(Reason.REQUEST_INVALID, field + ": " + malformed.getMessage())
                    .field(field, malformed.getMessage())
                    .build();
        }
    }
}
