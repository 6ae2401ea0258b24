package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class FillDigestTest {
    private static final SignedOrder MAKER = Traders.order(0, 0);
    private static final SignedOrder TAKER = Traders.order(1, 1);

    @Test
    void shouldFollowTheDocumentedLayoutWhenEncoded() {
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        expected.writeBytes("quantdesk:fills:1".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        little(expected, 1, 2);
        little(expected, 77, 8);
        little(expected, 2, 4);
        little(expected, 1, 1);
        little(expected, 650_123, 8);
        little(expected, 9, 8);
        expected.writeBytes(MAKER.intent().signer().toBytes());
        expected.writeBytes(MAKER.intent().bytes());
        expected.writeBytes(TAKER.intent().signer().toBytes());
        expected.writeBytes(TAKER.intent().bytes());

        byte[] encoded = FillDigest.encode(List.of(new Fill(77, 2, Side.SELL, 650_123, 9, 5, MAKER, TAKER)));

        assertArrayEquals(expected.toByteArray(), encoded);
    }

    @Test
    void shouldDifferWhenAnythingSettledDiffers() {
        List<Fill> variants = List.of(
                new Fill(1, 1, Side.BUY, 10, 20, 0, MAKER, TAKER),
                new Fill(2, 1, Side.BUY, 10, 20, 0, MAKER, TAKER),
                new Fill(1, 2, Side.BUY, 10, 20, 0, MAKER, TAKER),
                new Fill(1, 1, Side.SELL, 10, 20, 0, MAKER, TAKER),
                new Fill(1, 1, Side.BUY, 11, 20, 0, MAKER, TAKER),
                new Fill(1, 1, Side.BUY, 10, 21, 0, MAKER, TAKER),
                new Fill(1, 1, Side.BUY, 10, 20, 0, TAKER, MAKER));
        Set<String> digests = new HashSet<>();
        variants.forEach(fill -> digests.add(FillDigest.hex(List.of(fill))));
        digests.add(FillDigest.hex(List.of(variants.get(0), variants.get(1))));

        assertEquals(variants.size() + 1, digests.size());
        assertTrue(digests.stream().allMatch(digest -> digest.matches("[0-9a-f]{64}")), digests::toString);
    }

    @Test
    void shouldRefuseWhenTradesDoNotAscend() {
        Fill fill = new Fill(1, 1, Side.BUY, 10, 20, 0, MAKER, TAKER);

        assertThrows(IllegalArgumentException.class, () -> FillDigest.hex(List.of(fill, fill)));
    }

    private static void little(ByteArrayOutputStream out, long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> (8 * i)));
        }
    }
}
