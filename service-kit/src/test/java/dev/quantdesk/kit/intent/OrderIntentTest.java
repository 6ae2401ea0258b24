package dev.quantdesk.kit.intent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.quantdesk.kit.solana.PublicKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class OrderIntentTest {
    private static final long UNSIGNED_INT_MAX = 4_294_967_295L;
    private static final byte[] DOMAIN = HexFormat.of().parseHex("a0a1a2a3a4a5a6a7a8a9aaabacad");

    private static OrderIntent intent(long nonce, long expiry, boolean sell, long price, long quantity) {
        return new OrderIntent(nonce, expiry, sell, price, quantity, DOMAIN);
    }

    /** Written by hand from the layout: a client in another language can check itself against it. */
    @Test
    void shouldWriteEveryFieldAtItsPlaceLittleEndian() {
        String golden =
                "04030201" + "08070605" + "100f0e0d0c0b0a89" + "1817161514131211" + "a0a1a2a3a4a5a6a7a8a9aaabacad";
        OrderIntent sell = intent(0x01020304L, 0x05060708L, true, 0x090a0b0c0d0e0f10L, 0x1112131415161718L);
        assertEquals(golden, HexFormat.of().formatHex(sell.encode()));
        assertEquals(sell, OrderIntent.decode(HexFormat.of().parseHex(golden)));
        byte[] buy = intent(0x01020304L, 0x05060708L, false, 0x090a0b0c0d0e0f10L, 0x1112131415161718L)
                .encode();
        assertEquals(0x09, buy[15]);
        assertEquals(OrderIntent.LENGTH, buy.length);
    }

    @Test
    void shouldCarryTheLargestValues() {
        OrderIntent largest = intent(UNSIGNED_INT_MAX, UNSIGNED_INT_MAX, true, Long.MAX_VALUE, Long.MAX_VALUE);
        assertEquals(largest, OrderIntent.decode(largest.encode()));
        assertEquals(UNSIGNED_INT_MAX, OrderIntent.decode(largest.encode()).nonce());
        assertEquals(Long.MAX_VALUE, OrderIntent.decode(largest.encode()).priceTicks());
        OrderIntent least = intent(0, 0, false, 0, 0);
        assertEquals(least, OrderIntent.decode(least.encode()));
        assertFalse(OrderIntent.decode(least.encode()).sell());
    }

    @Test
    void shouldRefuseWhenAFieldIsOutOfBounds() {
        assertThrows(IllegalArgumentException.class, () -> intent(-1, 0, false, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> intent(UNSIGNED_INT_MAX + 1, 0, false, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> intent(0, -1, false, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> intent(0, UNSIGNED_INT_MAX + 1, false, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> intent(0, 0, false, -1, 0));
        assertThrows(IllegalArgumentException.class, () -> intent(0, 0, false, 0, -1));
        assertThrows(IllegalArgumentException.class, () -> new OrderIntent(0, 0, false, 0, 0, new byte[13]));
        assertThrows(IllegalArgumentException.class, () -> new OrderIntent(0, 0, false, 0, 0, new byte[15]));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 37, 39})
    void shouldRefuseWhenThereAreNot38Bytes(int length) {
        assertThrows(IllegalArgumentException.class, () -> OrderIntent.decode(new byte[length]));
    }

    @Test
    void shouldRefuseWhenTheQuantityHasItsTopBitSet() {
        byte[] bytes = intent(1, 2, false, 3, 4).encode();
        bytes[23] = (byte) 0x80;
        assertThrows(IllegalArgumentException.class, () -> OrderIntent.decode(bytes));
    }

    /** Every accepted byte string has one meaning and every meaning one byte string, or a signature could be read twice. */
    @Test
    void shouldReturnTheSameBytesWhenEncodingWhatWasDecoded() {
        long seed = 38L;
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 5_000; round++) {
            byte[] bytes = new byte[OrderIntent.LENGTH];
            random.nextBytes(bytes);
            bytes[23] &= 0x7f;
            OrderIntent decoded = OrderIntent.decode(bytes);
            assertArrayEquals(bytes, decoded.encode(), "seed " + seed + " round " + round);
            byte[] changed = bytes.clone();
            changed[random.nextInt(OrderIntent.LENGTH)] ^= 1;
            assertNotEquals(decoded, OrderIntent.decode(changed), "seed " + seed + " round " + round);
        }
    }

    @Test
    void shouldNotChangeWhenTheCallersArrayDoes() {
        byte[] domain = DOMAIN.clone();
        OrderIntent intent = new OrderIntent(1, 2, true, 3, 4, domain);
        byte[] before = intent.encode();
        Arrays.fill(domain, (byte) 0);
        assertArrayEquals(before, intent.encode());
    }

    @Test
    void shouldDeriveTheDomainFromProgramAndMarket() throws Exception {
        PublicKey program = PublicKey.parse("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        sha256.update(program.toBytes());
        byte[] digest = sha256.digest("SOL-PERP".getBytes(StandardCharsets.UTF_8));
        assertArrayEquals(Arrays.copyOf(digest, 14), OrderIntent.domain(program, "SOL-PERP"));
        assertFalse(Arrays.equals(OrderIntent.domain(program, "SOL-PERP"), OrderIntent.domain(program, "ETH-PERP")));
        PublicKey other = PublicKey.of(new byte[32]);
        assertFalse(Arrays.equals(OrderIntent.domain(program, "SOL-PERP"), OrderIntent.domain(other, "SOL-PERP")));
    }
}
