package dev.quantdesk.auth.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.auth.session.SiwsMessage.Field;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class SiwsMessageTest {
    private static final String ADDRESS = "HdNrHhbvY1FM79T7tSDAu9D7sy5gNEqJvqGe7BrBkio9";

    static Stream<JsonArray> shouldReadAndWriteWhatWalletStandardDoes() {
        JsonObject cases = resource("wallet_standard_text_cases.json").getJsonObject("cases");
        return cases.fieldNames().stream().map(cases::getJsonArray);
    }

    @ParameterizedTest
    @MethodSource
    void shouldReadAndWriteWhatWalletStandardDoes(JsonArray example) {
        SiwsMessage message = message(example.getJsonObject(0));
        String text = example.getString(1);
        assertEquals(text, message.text());
        assertEquals(Optional.of(message), SiwsMessage.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"example message", "without expiration"})
    void shouldWriteTheVeryBytesThatAWalletSigned(String name) {
        JsonObject example = resource("siws_signed_positive.json").getJsonObject(name);
        SiwsMessage message = message(example.getJsonObject("payload"));
        byte[] signature = Base58.decode(example.getJsonObject("signature").getString("s"));
        PublicKey wallet = PublicKey.parse(message.address());
        assertTrue(Ed25519.verify(wallet, message.text().getBytes(StandardCharsets.UTF_8), signature));
        byte[] altered = message.text().replace("Nonce", "nonce").getBytes(StandardCharsets.UTF_8);
        assertFalse(Ed25519.verify(wallet, altered, signature));
    }

    @Test
    void shouldReadBackWhatItWroteWhateverThePartsAre() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            SiwsMessage message = randomMessage(random);
            assertEquals(Optional.of(message), SiwsMessage.parse(message.text()), () -> "-Dseed=" + seed);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "solana.com wants you to sign in with your Solana account:",
                "solana.com wants you to sign in with your Solana account:\n",
                " wants you to sign in with your Solana account:\nA",
                "solana.com wants you to sign in with your Ethereum account:\nA",
                "solana.com wants you to sign in with your Solana account:\nA\n",
                "solana.com wants you to sign in with your Solana account:\nA\n\n",
                "solana.com wants you to sign in with your Solana account:\nA\nURI: https://solana.com",
            })
    void shouldReadNothingWhenTheTextIsNoSignIn(String text) {
        assertEquals(Optional.empty(), SiwsMessage.parse(text));
    }

    @Test
    void shouldReadNothingWhenTheTextIsTooLong() {
        String head = "solana.com wants you to sign in with your Solana account:\nA\n\n";
        String longest = head + "s".repeat(SiwsMessage.MAX_CHARACTERS - head.length());
        assertTrue(SiwsMessage.parse(longest).isPresent());
        assertEquals(Optional.empty(), SiwsMessage.parse(longest + "s"));
    }

    @Test
    void shouldTakeFieldsOutOfOrderForStatement() {
        String text = "solana.com wants you to sign in with your Solana account:\nA\n\nNonce: n\nURI: u";
        SiwsMessage message = SiwsMessage.parse(text).orElseThrow();
        assertEquals(Map.of(), message.fields());
        assertEquals(Optional.of("Nonce: n\nURI: u"), message.statement());
    }

    @Test
    void shouldRefuseAValueThatWouldStartANewLine() {
        Map<Field, String> fields = Map.of(Field.URI, "https://solana.com\nNonce: forged");
        assertThrows(
                IllegalArgumentException.class,
                () -> new SiwsMessage("solana.com", ADDRESS, Optional.empty(), fields, List.of()));
    }

    private static SiwsMessage randomMessage(Random random) {
        Map<Field, String> fields = new EnumMap<>(Field.class);
        for (Field field : Field.values()) {
            if (random.nextBoolean()) {
                fields.put(field, word(random));
            }
        }
        Optional<String> statement =
                random.nextBoolean() ? Optional.of(word(random) + "\n\n" + word(random)) : Optional.empty();
        List<String> resources = IntStream.range(0, random.nextInt(3))
                .mapToObj(_ -> word(random))
                .toList();
        return new SiwsMessage(word(random), ADDRESS, statement, fields, resources);
    }

    private static String word(Random random) {
        return random.ints(1 + random.nextInt(12), '0', 'z' + 1)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static SiwsMessage message(JsonObject parts) {
        Map<Field, String> fields = new EnumMap<>(Field.class);
        Map<Field, String> names = Map.of(
                Field.URI, "uri",
                Field.VERSION, "version",
                Field.CHAIN_ID, "chainId",
                Field.NONCE, "nonce",
                Field.ISSUED_AT, "issuedAt",
                Field.EXPIRATION_TIME, "expirationTime");
        names.forEach((field, name) -> {
            if (parts.containsKey(name)) {
                fields.put(field, parts.getValue(name).toString());
            }
        });
        return new SiwsMessage(
                parts.getString("domain"),
                parts.getString("address"),
                Optional.ofNullable(parts.getString("statement")),
                fields,
                List.of());
    }

    private static JsonObject resource(String name) {
        try (InputStream file = SiwsMessageTest.class.getResourceAsStream("/siws/" + name)) {
            return new JsonObject(new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }
}
