package dev.quantdesk.kit.solana;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class Base58Test {

    /** Vectors of draft-msporny-base58-03, section 5, with leading zeros besides. */
    @ParameterizedTest
    @CsvSource({
        "'', ''",
        "48656c6c6f20576f726c6421, 2NEpo7TZRRrLZSi2U",
        "54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e,"
                + " USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
        "0000287fb4cd, 11233QC4",
        "00, 1",
        "0000, 11",
        "ff, 5Q",
        "00ff, 15Q"
    })
    void shouldMatchThePublishedVectors(String hex, String text) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        assertEquals(text, Base58.encode(bytes));
        assertArrayEquals(bytes, Base58.decode(text));
    }

    @Test
    void shouldReturnTheSameBytesWhenDecodingWhatWasEncoded() {
        long seed = 58L;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[random.nextInt(65)];
            random.nextBytes(bytes);
            for (int zero = 0; zero < Math.min(bytes.length, random.nextInt(4)); zero++) {
                bytes[zero] = 0;
            }
            assertArrayEquals(bytes, Base58.decode(Base58.encode(bytes)), "seed " + seed + " round " + round);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "O", "I", "l", "ab c", "abc\n", "é", "+", "1111_"})
    void shouldRefuseWhenACharacterIsNotOfTheAlphabet(String text) {
        String message = assertThrows(IllegalArgumentException.class, () -> Base58.decode(text))
                .getMessage();
        assertTrue(message.contains("not base58"), message);
    }

    @Test
    void shouldRefuseWhenTheTextIsTooLong() {
        assertEquals(Base58.MAX_CHARACTERS, Base58.decode("1".repeat(Base58.MAX_CHARACTERS)).length);
        assertThrows(IllegalArgumentException.class, () -> Base58.decode("1".repeat(Base58.MAX_CHARACTERS + 1)));
    }
}
