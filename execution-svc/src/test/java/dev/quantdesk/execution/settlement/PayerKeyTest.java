package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.settlement.PayerKey.PayerKeyException;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class PayerKeyTest {
    private static final Ed25519.KeyPair PAIR = Traders.trader(0);

    @TempDir
    Path directory;

    @Test
    void shouldReadTheKeyWhenTheFileHoldsBothHalves() throws IOException {
        PayerKey key = PayerKey.read(file(encoded(PAIR, PAIR) + "\n"));

        assertEquals(PAIR.publicKey(), key.address());
        assertEquals(PAIR.publicKey().toString(), key.account().getPublicKeyBase58());
        assertEquals("PayerKey[" + PAIR.publicKey() + "]", key.toString());
    }

    @Test
    void shouldRefuseWhenTheHalvesDoNotBelongTogether() throws IOException {
        Path file = file(encoded(PAIR, Traders.trader(1)));

        assertThrows(PayerKeyException.class, () -> PayerKey.read(file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1111", "secret0secret", "[1,2,3]"})
    void shouldRefuseWithoutShowingTheContentWhenTheFileHoldsNoKey(String content) throws IOException {
        Path file = file(content);

        PayerKeyException refused = assertThrows(PayerKeyException.class, () -> PayerKey.read(file));

        assertTrue(refused.getMessage().contains(file.toString()), refused::getMessage);
        assertFalse(content.length() > 4 && refused.getMessage().contains(content), refused::getMessage);
    }

    @Test
    void shouldRefuseWhenTheFileIsMissingOrTooLarge() throws IOException {
        Path large = file("1".repeat(2_000));

        assertThrows(PayerKeyException.class, () -> PayerKey.read(directory.resolve("missing")));
        assertThrows(PayerKeyException.class, () -> PayerKey.read(large));
    }

    private Path file(String content) throws IOException {
        return Files.writeString(Files.createTempFile(directory, "payer", ".key"), content);
    }

    private static String encoded(Ed25519.KeyPair secret, Ed25519.KeyPair shown) {
        return Base58.encode(ByteBuffer.allocate(64)
                .put(secret.seed())
                .put(shown.publicKey().toBytes())
                .array());
    }
}
