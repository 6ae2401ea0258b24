package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.google.protobuf.ByteString;
import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.kit.identity.Identity;
import dev.quantdesk.kit.intent.OrderIntent;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.Reason;
import dev.quantdesk.proto.execution.v1.SignedIntent;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A session key signs within its time and its largest notional, to the last lot. */
@Timeout(10)
class DelegateLimitTest {
    private static final long NOW = OrderForm.NOW_SECONDS;
    private static final Market BTC = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();

    /** A tick times a lot is 10^18 millionths: the notional of a large order is far beyond 64 bits. */
    private static final Market HUGE = new Market(
            9,
            "HUGE-PERP",
            "HUGE",
            new BigDecimal("1000000"),
            new BigDecimal("1000000"),
            1,
            1L << 40,
            1L << 22,
            500,
            250);

    private final IntentChecks checks = new IntentChecks(OrderForm.PROGRAM);

    private static Identity.Trader withDelegate(long expireSeconds, long maxNotionalMicros) {
        return new Identity.Trader(
                OrderForm.ALICE.publicKey(),
                "FREE",
                List.of(new Identity.Delegate(OrderForm.SESSION_KEY.publicKey(), expireSeconds, maxNotionalMicros)));
    }

    private void check(Identity.Trader trader, Market market, Side side, long ticks, long lots) {
        byte[] intent = new OrderIntent(
                        1,
                        NOW + 60,
                        side == Side.SELL,
                        ticks,
                        lots,
                        OrderIntent.domain(OrderForm.PROGRAM, market.symbol()))
                .encode();
        SignedIntent signed = SignedIntent.newBuilder()
                .setIntent(ByteString.copyFrom(intent))
                .setSignature(ByteString.copyFrom(OrderForm.SESSION_KEY.sign(intent)))
                .setSigner(OrderForm.SESSION_KEY.publicKey().toString())
                .build();
        checks.check(signed, trader, market, side, OrderType.LIMIT, ticks, lots, NOW);
    }

    @ParameterizedTest
    @CsvSource({"-1, true", "0, true", "1, false"})
    void shouldNotSignFromTheSecondOfItsExpiryOn(long secondsAhead, boolean refused) {
        Identity.Trader trader = withDelegate(NOW + secondsAhead, Long.MAX_VALUE);
        if (refused) {
            Refusal.expect(Reason.ACCOUNT_MISMATCH, () -> check(trader, BTC, Side.BUY, 1_000, 10));
        } else {
            assertDoesNotThrow(() -> check(trader, BTC, Side.BUY, 1_000, 10));
        }
    }

    @Test
    void shouldSignExactlyUpToItsNotional() {
        // 1,000 ticks are 100 USDC, 10 lots 0.001 BTC: 0.1 USDC.
        assertDoesNotThrow(() -> check(withDelegate(NOW + 1, 100_000), BTC, Side.BUY, 1_000, 10));
        Refusal refusal = Refusal.expect(
                Reason.DELEGATE_LIMIT_EXCEEDED, () -> check(withDelegate(NOW + 1, 99_999), BTC, Side.SELL, 1_000, 10));
        assertEquals("max_order_notional", refusal.figure("limit"));
        assertEquals("0.1", refusal.figure("value"));
        assertEquals("0.099999", refusal.figure("bound"));
        assertEquals("0.0009", refusal.figure("suggested_quantity"));
    }

    @Test
    void shouldSuggestNothingWhenNotEvenTheSmallestOrderFits() {
        Refusal refusal = Refusal.expect(
                Reason.DELEGATE_LIMIT_EXCEEDED, () -> check(withDelegate(NOW + 1, 9_999), BTC, Side.BUY, 1_000, 10));
        assertNull(refusal.figure("suggested_quantity"));
        refusal = Refusal.expect(
                Reason.DELEGATE_LIMIT_EXCEEDED, () -> check(withDelegate(NOW + 1, 0), BTC, Side.BUY, 1_000, 10));
        assertNull(refusal.figure("suggested_quantity"));
        assertEquals("0", refusal.figure("bound"));
    }

    @Test
    void shouldNotLetAProductThatOverflowsPass() {
        // Ticks times lots times unit is 2^22 · 2^40 · 10^18, which is 0 modulo 2^64.
        Refusal refusal = Refusal.expect(
                Reason.DELEGATE_LIMIT_EXCEEDED,
                () -> check(withDelegate(NOW + 1, Long.MAX_VALUE), HUGE, Side.BUY, 1L << 22, 1L << 40));
        assertEquals(
                BigDecimal.valueOf(1L << 22)
                        .multiply(BigDecimal.valueOf(1L << 40))
                        .movePointRight(12)
                        .toPlainString(),
                refusal.figure("value"));
        assertEquals("9223372036854.775807", refusal.figure("bound"));
    }

    /** Run one seed again with {@code -Dentry.seed=…}. */
    @Test
    void shouldSuggestTheLargestQuantityThatPasses() {
        long seed = Long.getLong("entry.seed", System.nanoTime() & 0xFFFF_FFFFL);
        System.out.println("DelegateLimitTest seed: " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            Market market = OrderForm.MARKETS.all().get(random.nextInt(4));
            long ticks = 1 + random.nextLong(market.maxPriceTicks());
            long lots = market.minLots() + 1 + random.nextLong(market.maxLots() - market.minLots());
            long notional = ticks * lots * market.microsPerTickLot();
            Identity.Trader trader = withDelegate(NOW + 1, random.nextLong(notional));
            Refusal refusal =
                    Refusal.expect(Reason.DELEGATE_LIMIT_EXCEEDED, () -> check(trader, market, Side.BUY, ticks, lots));
            String suggested = refusal.figure("suggested_quantity");
            long largest = suggested == null ? market.minLots() - 1 : market.lots(suggested);
            if (suggested != null) {
                assertDoesNotThrow(() -> check(trader, market, Side.BUY, ticks, largest), () -> "seed " + seed);
            }
            Refusal.expect(Reason.DELEGATE_LIMIT_EXCEEDED, () -> check(trader, market, Side.BUY, ticks, largest + 1));
        }
    }
}
