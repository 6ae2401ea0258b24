package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.kit.solana.Base58;
import dev.quantdesk.kit.solana.PublicKey;
import dev.quantdesk.proto.execution.v1.PlaceOrderRequest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An order is taken only within what its trader signed, for this market and program, and alive. */
@Timeout(10)
class IntentChecksTest {
    private static final Identity.Trader ALICE = new Identity.Trader(OrderForm.ALICE.publicKey(), "FREE", List.of());
    private static final long NOW = OrderForm.NOW_SECONDS;
    private static final long DAY = 86_400;

    private final IntentChecks checks = new IntentChecks(OrderForm.PROGRAM);

    private IntentChecks.Checked check(OrderForm form) {
        return check(form, ALICE);
    }

    private IntentChecks.Checked check(OrderForm form, Identity.Trader trader) {
        PlaceOrderRequest request = form.build();
        Market market = OrderForm.MARKETS.bySymbol(request.getMarket()).orElseThrow();
        OrderTicket ticket = OrderTicket.of(request, market);
        return checks.check(
                request.getIntent(),
                trader,
                market,
                ticket.side(),
                ticket.type(),
                ticket.limitTicks(),
                ticket.lots(),
                NOW);
    }

    private Refusal refused(Reason reason, OrderForm form) {
        return Refusal.expect(reason, () -> check(form));
    }

    @Test
    void shouldHandOnExactlyWhatWasSigned() {
        OrderForm form = OrderForm.buy(OrderForm.ALICE, "0.01").at("65000.5").nonce(0xFFFF_FFFFL);
        IntentChecks.Checked checked = check(form);
        PlaceOrderRequest request = form.build();
        assertEquals(650_005, checked.boundTicks());
        assertArrayEquals(
                request.getIntent().getIntent().toByteArray(), checked.intent().bytes());
        assertArrayEquals(
                request.getIntent().getSignature().toByteArray(),
                checked.intent().signature());
        assertEquals(OrderForm.ALICE.publicKey(), checked.intent().signer());
        assertEquals(0xFFFF_FFFFL, checked.intent().nonce());
        assertEquals(NOW + 3_600, checked.intent().expirySeconds());
    }

    @Test
    void shouldRefuseBytesThatAreNoIntent() {
        OrderForm topBitOfQuantity = OrderForm.buy(OrderForm.ALICE, "0.01")
                .at("100")
                .tampered(bytes -> {
                    bytes[23] = (byte) 0x80;
                    return bytes;
                });
        assertEquals(
                List.of("intent.intent"),
                refused(Reason.REQUEST_INVALID, topBitOfQuantity).fields());
        refused(
                Reason.REQUEST_INVALID,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").tampered(bytes -> Arrays.copyOf(bytes, 37)));
    }

    @Test
    void shouldRefuseAnIntentForAnotherMarketOrProgram() {
        Refusal market = refused(
                Reason.INTENT_DOMAIN_MISMATCH,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentFor("ETH-PERP"));
        assertEquals("BTC-PERP", market.figure("market"));
        refused(
                Reason.INTENT_DOMAIN_MISMATCH,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentUnder(OrderForm.BOB.publicKey()));
    }

    @ParameterizedTest
    @CsvSource({"-1000, true", "-1, true", "0, true", "1, false", "3600, false"})
    void shouldBeDeadFromTheSecondOfItsExpiryOn(long secondsAhead, boolean dead) {
        var intent = check(OrderForm.buy(OrderForm.ALICE, "0.01").at("100").expiresAt(NOW + secondsAhead))
                .intent();
        if (dead) {
            Refusal refusal = Refusal.expect(Reason.INTENT_EXPIRED, () -> IntentChecks.checkAlive(intent, NOW));
            assertEquals(Long.toString(NOW + secondsAhead), refusal.figure("expiry_seconds"));
            assertEquals(Long.toString(NOW), refusal.figure("now_seconds"));
        } else {
            assertDoesNotThrow(() -> IntentChecks.checkAlive(intent, NOW));
        }
    }

    @Test
    void shouldLiveThirtyDaysAndNotASecondLonger() {
        assertDoesNotThrow(
                () -> check(OrderForm.buy(OrderForm.ALICE, "0.01").at("100").expiresAt(NOW + 30 * DAY)));
        Refusal refusal = refused(
                Reason.INTENT_EXPIRY_TOO_FAR,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").expiresAt(NOW + 30 * DAY + 1));
        assertEquals(Long.toString(NOW + 30 * DAY), refusal.figure("latest_expiry_seconds"));
    }

    @Test
    void shouldRefuseTheOtherSide() {
        Refusal refusal = refused(
                Reason.INTENT_EXCEEDED,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentSells(true));
        assertEquals("side", refusal.figure("limit"));
        assertEquals("BUY", refusal.figure("value"));
        assertEquals("SELL", refusal.figure("bound"));
        refused(
                Reason.INTENT_EXCEEDED,
                OrderForm.sell(OrderForm.ALICE, "0.01").at("100").intentSells(false));
    }

    @Test
    void shouldTakeABetterPriceThanSignedAndNoWorse() {
        assertDoesNotThrow(
                () -> check(OrderForm.buy(OrderForm.ALICE, "0.01").at("99.9").intentTicks(1_000)));
        assertDoesNotThrow(
                () -> check(OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentTicks(1_000)));
        assertDoesNotThrow(
                () -> check(OrderForm.sell(OrderForm.ALICE, "0.01").at("100.1").intentTicks(1_000)));
        assertDoesNotThrow(
                () -> check(OrderForm.sell(OrderForm.ALICE, "0.01").at("100").intentTicks(1_000)));
        for (OrderForm worse : List.of(
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100.1").intentTicks(1_000),
                OrderForm.sell(OrderForm.ALICE, "0.01").at("99.9").intentTicks(1_000))) {
            Refusal refusal = refused(Reason.INTENT_EXCEEDED, worse);
            assertEquals("price", refusal.figure("limit"));
            assertEquals("100", refusal.figure("bound"));
            assertEquals("100", refusal.figure("suggested_price"));
            assertEquals(List.of("price"), refusal.fields());
        }
    }

    @Test
    void shouldSuggestNoPriceThatTheMarketDoesNotTake() {
        Refusal refusal = refused(
                Reason.INTENT_EXCEEDED,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentTicks(0));
        assertNull(refusal.figure("suggested_price"));
        refusal = refused(
                Reason.INTENT_EXCEEDED,
                OrderForm.sell(OrderForm.ALICE, "0.01").at("100").intentTicks(Long.MAX_VALUE));
        assertNull(refusal.figure("suggested_price"));
    }

    @Test
    void shouldTakeNoMoreThanTheSignedQuantity() {
        assertDoesNotThrow(
                () -> check(OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentLots(100)));
        Refusal refusal = refused(
                Reason.INTENT_EXCEEDED,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentLots(99));
        assertEquals("quantity", refusal.figure("limit"));
        assertEquals("0.01", refusal.figure("value"));
        assertEquals("0.0099", refusal.figure("bound"));
        assertEquals("0.0099", refusal.figure("suggested_quantity"));
        assertNull(refused(
                        Reason.INTENT_EXCEEDED,
                        OrderForm.buy(OrderForm.ALICE, "0.01").at("100").intentLots(0))
                .figure("suggested_quantity"));
    }

    @Test
    void shouldBoundAMarketOrderByItsIntentsPrice() {
        assertEquals(
                1_234,
                check(OrderForm.buy(OrderForm.ALICE, "0.01").market(1_234)).boundTicks());
        assertEquals(1, check(OrderForm.sell(OrderForm.ALICE, "0.01").market(1)).boundTicks());
        assertEquals(
                100_000_000,
                check(OrderForm.buy(OrderForm.ALICE, "0.01").market(100_000_000))
                        .boundTicks());
    }

    @ParameterizedTest
    @CsvSource({"0, 0.1", "100000001, 10000000", "9223372036854775807, 10000000"})
    void shouldRefuseAMarketOrderWhoseBoundTheMarketDoesNotKnow(long ticks, String nearest) {
        for (OrderForm form :
                List.of(OrderForm.buy(OrderForm.ALICE, "0.01"), OrderForm.sell(OrderForm.ALICE, "0.01"))) {
            Refusal refusal = refused(Reason.PRICE_OUT_OF_RANGE, form.market(ticks));
            assertEquals(nearest, refusal.figure("bound"));
            assertEquals(nearest, refusal.figure("suggested_price"));
            assertEquals(List.of("intent.intent"), refusal.fields());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1111111111111111111111111111111", "0OIl", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"})
    void shouldRefuseASignerThatIsNoKey(String signer) {
        Refusal refusal = refused(
                Reason.REQUEST_INVALID,
                OrderForm.buy(OrderForm.ALICE, "0.01").at("100").signer(signer));
        assertEquals(List.of("intent.signer"), refusal.fields());
    }

    @Test
    void shouldRefuseASignerWhoIsNotTheCaller() {
        Refusal refusal = refused(
                Reason.ACCOUNT_MISMATCH, OrderForm.buy(OrderForm.BOB, "0.01").at("100"));
        assertEquals(OrderForm.BOB.publicKey().toString(), refusal.figure("signer"));
        assertEquals(OrderForm.ALICE.publicKey().toString(), refusal.figure("account"));
    }

    @Test
    void shouldRefuseASignatureOfAnother() {
        refused(
                Reason.SIGNATURE_INVALID,
                OrderForm.buy(OrderForm.BOB, "0.01")
                        .at("100")
                        .signer(OrderForm.ALICE.publicKey().toString()));
    }

    @Test
    void shouldRefuseEveryIntentAndSignatureWithOneBitChanged() {
        for (int bit = 0; bit < 64 * 8; bit++) {
            int changed = bit;
            refused(
                    Reason.SIGNATURE_INVALID,
                    OrderForm.buy(OrderForm.ALICE, "0.01").at("100").signature(bytes -> flipped(bytes, changed)));
        }
        // The nonce is bound by the signature alone.
        for (int bit = 0; bit < 32; bit++) {
            int changed = bit;
            refused(
                    Reason.SIGNATURE_INVALID,
                    OrderForm.buy(OrderForm.ALICE, "0.01").at("100").tampered(bytes -> flipped(bytes, changed)));
        }
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        bytes[bit / 8] ^= (byte) (1 << bit % 8);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // The eight points whose order divides 8, and non-canonical forms of two of them.
                "0100000000000000000000000000000000000000000000000000000000000000",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0000000000000000000000000000000000000000000000000000000000000080",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"
            })
    void shouldRefuseAKeyForWhichAnybodyCanSign(String hex) {
        PublicKey weak = PublicKey.of(HexFormat.of().parseHex(hex));
        Identity.Trader trader = new Identity.Trader(weak, "FREE", List.of());
        // R is the identity and S is zero: it verifies for such keys wherever they are let in.
        OrderForm form = OrderForm.buy(OrderForm.ALICE, "0.01")
                .at("100")
                .signer(Base58.encode(weak.toBytes()))
                .signature(_ -> {
                    byte[] zero = new byte[64];
                    zero[0] = 1;
                    return zero;
                });
        Refusal refusal = Refusal.expect(Reason.KEY_WEAK, () -> check(form, trader));
        assertEquals(List.of("intent.signer"), refusal.fields());
    }
}
