package dev.quantdesk.kit.solana;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class PublicKeyTest {
    private static final String SYSTEM_PROGRAM = "11111111111111111111111111111111";
    private static final String TOKEN_PROGRAM = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";

    @Test
    void shouldReadAndPrintWellKnownAddresses() {
        assertArrayEquals(new byte[32], PublicKey.parse(SYSTEM_PROGRAM).toBytes());
        assertEquals(SYSTEM_PROGRAM, PublicKey.of(new byte[32]).toString());
        assertEquals(TOKEN_PROGRAM, PublicKey.parse(TOKEN_PROGRAM).toString());
    }

    @Test
    void shouldKeepEveryByteInItsPlace() {
        byte[] bytes = new byte[32];
        for (int i = 0; i < 32; i++) {
            bytes[i] = (byte) (200 + i);
        }
        assertArrayEquals(bytes, PublicKey.of(bytes).toBytes());
    }

    @Test
    void shouldBeEqualExactlyWhenTheBytesAre() {
        long seed = 32L;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[32];
            random.nextBytes(bytes);
            PublicKey key = PublicKey.of(bytes);
            assertEquals(key, PublicKey.parse(key.toString()), "seed " + seed + " round " + round);
            assertEquals(key.hashCode(), PublicKey.of(bytes).hashCode());
            bytes[random.nextInt(32)] ^= 1;
            assertNotEquals(key, PublicKey.of(bytes), "seed " + seed + " round " + round);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1111111111111111111111111111111",
                "111111111111111111111111111111111",
                "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5D",
                "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DAA",
                "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5D0",
                "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
            })
    void shouldRefuseWhenTheTextIsNot32Bytes(String text) {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.parse(text));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 31, 33})
    void shouldRefuseWhenThereAreNot32Bytes(int length) {
        assertThrows(IllegalArgumentException.class, () -> PublicKey.of(new byte[length]));
    }
}
