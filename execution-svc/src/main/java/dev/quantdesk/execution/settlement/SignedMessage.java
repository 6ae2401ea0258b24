package dev.quantdesk.execution.settlement;

import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.Arrays;

/** What the chain verifies: a key, its signature and the bytes it signed, which hold one intent or several. */
record SignedMessage(PublicKey signer, byte[] signature, byte[] bytes) {
    static SignedMessage of(SignedIntent intent) {
        return new SignedMessage(intent.signer(), intent.signature(), intent.signedBytes());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SignedMessage that
                && signer.equals(that.signer)
                && Arrays.equals(signature, that.signature)
                && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(signature) + signer.hashCode();
    }
}
