package dev.quantdesk.execution.settlement;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.quantdesk.execution.engine.SignedIntent;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.Ed25519;
import dev.quantdesk.kit.solana.PublicKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SettlementTransactionTest {
    private static final SolanaNode.Blockhash BLOCKHASH =
            new SolanaNode.Blockhash("EETubP5AKHgjPAhzPAFcb8BAY1hMH639CWCFTqi3hq1k", 150, 1);

    private final PayerKey payer = Traders.payer();

    /** Recorded by the tests of Solana's web3.js, see the file's source field: it proves the parser used below. */
    @Test
    void shouldReadThePublishedTransactionWhenParsed() throws IOException {
        JsonNode vector;
        try (InputStream file = getClass().getResourceAsStream("/settlement/legacy_transfer_wire.json")) {
            vector = new ObjectMapper().readTree(file);
        }

        WireTransaction wire = WireTransaction.parse(
                Base64.getDecoder().decode(vector.get("wire_base64").asText()));

        assertEquals(vector.get("signature_hex").asText(), hex(wire.signatures().getFirst()));
        assertEquals(vector.get("message_hex").asText(), hex(wire.message()));
        assertEquals(vector.get("from").asText(), wire.accounts().get(0).toString());
        assertEquals(vector.get("to").asText(), wire.accounts().get(1).toString());
        assertEquals(vector.get("recent_blockhash").asText(), Base58.encode(wire.blockhash()));
        ByteBuffer transfer =
                ByteBuffer.wrap(wire.instructions().getFirst().data()).order(ByteOrder.LITTLE_ENDIAN);
        assertEquals(2, transfer.getInt());
        assertEquals(vector.get("lamports").asLong(), transfer.getLong());
    }

    @Test
    void shouldBePaidAndSignedByThePayerAloneWhenBuilt() {
        SettlementTransaction transaction = build(fills(1, 2));
        WireTransaction wire = WireTransaction.parse(transaction.wire());

        assertEquals(1, wire.requiredSignatures());
        assertEquals(0, wire.readOnlySigned());
        assertEquals(2, wire.readOnlyUnsigned());
        assertEquals(payer.address(), wire.accounts().getFirst());
        assertEquals(BLOCKHASH.hash(), Base58.encode(wire.blockhash()));
        assertArrayEquals(transaction.signature(), wire.signatures().getFirst());
        assertEquals(Base58.encode(transaction.signature()), transaction.signatureText());
        assertTrue(Ed25519.verify(payer.address(), wire.message(), transaction.signature()));
        assertEquals(BLOCKHASH.lastValidBlockHeight(), transaction.lastValidBlockHeight());
    }

    @Test
    void shouldMakeTheChainVerifyEveryIntentOnceWhenBuilt() {
        List<Fill> fills = fills(7, 3);
        WireTransaction.Instruction verify =
                WireTransaction.parse(build(fills).wire()).instructions().get(0);

        assertEquals(
                "Ed25519SigVerify111111111111111111111111111", verify.program().toString());
        assertEquals(List.of(), verify.accounts());
        Set<String> verified = new HashSet<>();
        for (Verification each : verifications(verify.data())) {
            assertTrue(Ed25519.verify(each.key(), each.message(), each.signature()));
            assertTrue(verified.add(each.key() + hex(each.message())), "an intent is verified twice");
        }
        Set<String> expected = new HashSet<>();
        for (Fill fill : fills) {
            for (SignedIntent intent :
                    List.of(fill.maker().intent(), fill.taker().intent())) {
                expected.add(intent.signer() + hex(intent.bytes()));
            }
        }
        assertEquals(expected, verified);
    }

    @Test
    void shouldHoldTradesAndDigestInTheMemoWhenBuilt() {
        List<Fill> fills = fills(41, 3);
        WireTransaction.Instruction memo =
                WireTransaction.parse(build(fills).wire()).instructions().get(1);

        assertEquals(
                "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr", memo.program().toString());
        assertEquals("quantdesk:1:41-43:" + FillDigest.hex(fills), new String(memo.data(), StandardCharsets.US_ASCII));
    }

    @Test
    void shouldFitOnePacketWhenAsLargeAsThePlannerMakesIt() {
        List<Fill> fills = new ArrayList<>();
        for (int i = 0; i < BatchPlanner.TRADES_MAX; i++) {
            int pair = i % 3;
            fills.add(Traders.fill(
                    Long.MAX_VALUE - BatchPlanner.TRADES_MAX + i,
                    Traders.order(2 * pair, 0),
                    Traders.order(2 * pair + 1, 1)));
        }

        assertEquals(fills, BatchPlanner.plan(fills).fills());
        assertEquals(1_211, build(fills).wire().length);
    }

    @Test
    void shouldFitOnePacketWhenBothSidesAreOfTheLargestBatches() {
        List<SignedOrder> makers = Traders.batch(0, SignedIntent.BATCH_MAX);
        List<SignedOrder> takers = Traders.batch(1, SignedIntent.BATCH_MAX);
        List<Fill> fills = new ArrayList<>();
        for (int i = 0; i < BatchPlanner.TRADES_MAX; i++) {
            fills.add(Traders.fill(
                    Long.MAX_VALUE - BatchPlanner.TRADES_MAX + i,
                    makers.get(i % makers.size()),
                    takers.get(i % takers.size())));
        }

        assertEquals(fills, BatchPlanner.plan(fills).fills());
        SettlementTransaction transaction = build(fills);
        assertTrue(transaction.wire().length <= SettlementTransaction.BYTES_MAX);
        List<Verification> verified = verifications(WireTransaction.parse(transaction.wire())
                .instructions()
                .getFirst()
                .data());
        assertEquals(2, verified.size());
        for (Verification each : verified) {
            assertEquals(SignedIntent.BATCH_MAX * SignedIntent.LENGTH, each.message().length);
            assertTrue(Ed25519.verify(each.key(), each.message(), each.signature()));
        }
    }

    @Test
    void shouldRefuseWhenABatchHasMoreIntentsThanFit() {
        List<Fill> fills = fills(1, 4);

        assertThrows(IllegalArgumentException.class, () -> build(fills));
    }

    private SettlementTransaction build(List<Fill> fills) {
        return SettlementTransaction.build(fills, BLOCKHASH, payer);
    }

    /** Consecutive fills, each of two orders of its own. */
    private static List<Fill> fills(long firstTrade, int count) {
        List<Fill> fills = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            fills.add(Traders.fill(firstTrade + i, Traders.order(2 * i, 0), Traders.order(2 * i + 1, 1)));
        }
        return fills;
    }

    private record Verification(PublicKey key, byte[] message, byte[] signature) {}

    /** Follows the offsets, as the program does. */
    private static List<Verification> verifications(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        int count = in.get();
        assertEquals(0, in.get(), "padding");
        List<Verification> verifications = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            byte[] signature = slice(data, in.getShort(), 64);
            assertEquals(0xFFFF, Short.toUnsignedInt(in.getShort()), "signature instruction");
            byte[] key = slice(data, in.getShort(), 32);
            assertEquals(0xFFFF, Short.toUnsignedInt(in.getShort()), "key instruction");
            byte[] message = slice(data, in.getShort(), in.getShort());
            assertEquals(0xFFFF, Short.toUnsignedInt(in.getShort()), "message instruction");
            verifications.add(new Verification(PublicKey.of(key), message, signature));
        }
        return verifications;
    }

    private static byte[] slice(byte[] data, short offset, int length) {
        return Arrays.copyOfRange(data, offset, offset + length);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
