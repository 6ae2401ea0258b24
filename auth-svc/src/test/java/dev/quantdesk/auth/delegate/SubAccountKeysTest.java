package dev.quantdesk.auth.delegate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.auth.Wallet;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.Ed25519.KeyPair;
import dev.quantdesk.kit.solana.PublicKey;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class SubAccountKeysTest {
    private static final PublicKey OWNER = KeyPair.ofSeed(new byte[32]).publicKey();

    /** Computed with another program; positions and orders are kept under these keys, so that they may never change. */
    @ParameterizedTest
    @CsvSource({
        "1, GAm33nFFD7wR4ahXXKWcm2HtPCEvtHJSqbELTUJFF5ZW",
        "2, 9qo7JWzHQNwwbfTVhEHiyL53optBMUnkmwGGkSwjekDa",
        "3, 2JMi5o6b97jNP1XkAFKy2fnhULscdf5byfT5jFSnSThs",
        "128, EWArGJh4fBbWPpXTDpok7ah1LGRhE4pBezkQ9Kzwcgfj"
    })
    void shouldKeepTheKeys(int number, String key) {
        assertEquals(key, SubAccountKeys.of(OWNER, number).toString());
        assertEquals(key, SubAccountKeys.of(OWNER, number).toString(), "also when it is asked for again");
    }

    @Test
    void shouldGiveKeysThatNobodyCanSignWithAndThatAreAllDifferent() {
        Set<PublicKey> keys = new HashSet<>();
        for (int wallet = 0; wallet < 20; wallet++) {
            PublicKey owner = Wallet.randomKeys().publicKey();
            assertTrue(Ed25519.isPoint(owner));
            for (int number = 1; number <= 20; number++) {
                PublicKey key = SubAccountKeys.of(owner, number);
                assertFalse(Ed25519.isPoint(key), () -> key + " of " + owner);
                assertTrue(keys.add(key), () -> key + " twice");
            }
        }
    }

    @Test
    void shouldRefuseANumberBelowOne() {
        assertThrows(IllegalArgumentException.class, () -> SubAccountKeys.of(OWNER, 0));
    }
}
