package dev.quantdesk.execution.entry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.quantdesk.execution.book.Side;
import dev.quantdesk.execution.engine.OrderType;
import dev.quantdesk.execution.engine.Peg;
import dev.quantdesk.execution.engine.PostOnly;
import dev.quantdesk.execution.engine.RefusalReason;
import dev.quantdesk.execution.engine.Reply;
import dev.quantdesk.execution.engine.SelfTradePrevention;
import dev.quantdesk.execution.engine.TimeInForce;
import dev.quantdesk.execution.engine.Trigger;
import dev.quantdesk.execution.view.Refusal;
import dev.quantdesk.execution.view.Wire;
import dev.quantdesk.kit.market.Market;
import dev.quantdesk.kit.rpc.Reason;
import java.util.EnumSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The engine's refusals in words and figures. Ticks of 0.1 USDC, lots of 0.0001 BTC; ADA takes 1 ADA, 10 lots, at least. */
@Timeout(10)
class RefusalsTest {
    private static final Market BTC = OrderForm.MARKETS.bySymbol("BTC-PERP").orElseThrow();
    private static final Market ADA = OrderForm.MARKETS.bySymbol("ADA-PERP").orElseThrow();
    private static final EnumSet<RefusalReason> NEVER_OF_AN_ORDER = EnumSet.of(
            RefusalReason.BAD_TRADE_ID,
            RefusalReason.TRADE_ALREADY_CONFIRMED,
            RefusalReason.TRADE_ALREADY_SUBMITTED,
            RefusalReason.MALFORMED_COMMAND);

    private static OrderTicket ticket(Market market, Side side, long lots) {
        return new OrderTicket(
                market,
                side,
                OrderType.LIMIT,
                TimeInForce.GTC,
                PostOnly.NO,
                false,
                SelfTradePrevention.EXPIRE_TAKER,
                1_000,
                lots,
                0,
                Trigger.NONE,
                Peg.NONE);
    }

    private static Refusal refusal(RefusalReason reason, long value, long bound, OrderTicket ticket) {
        return Refusal.of(Refusals.of(new Reply.Refused(reason, value, bound, 1), ticket));
    }

    private static Refusal refusal(RefusalReason reason, long value, long bound) {
        return refusal(reason, value, bound, ticket(BTC, Side.BUY, 100));
    }

    @ParameterizedTest
    @EnumSource(RefusalReason.class)
    void shouldBeATypedAnswerForEveryReason(RefusalReason reason) {
        if (NEVER_OF_AN_ORDER.contains(reason)) {
            assertThrows(IllegalStateException.class, () -> refusal(reason, 7, 5));
            return;
        }
        Refusal refusal = refusal(reason, 7, 5);
        assertTrue(refusal.text().endsWith("."), refusal.text());
        if (reason == RefusalReason.ORDER_NOT_FOUND || reason == RefusalReason.ORDER_FILLED) {
            assertEquals(Reason.ORDER_NOT_FOUND, refusal.reason());
        } else {
            assertEquals(Wire.reason(reason), refusal.reason());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BAD_QUANTITY,               5,   10,  quantity,          0.0005, 0.001",
        "BAD_PRICE,                  0,   1,   price,             0,      0.1",
        "FOK_NOT_FILLABLE,           9,   4,   fillable_quantity, 0.0009, 0.0004",
        "REDUCE_ONLY_WOULD_INCREASE, 9,   -4,  position,          0.0009, -0.0004",
        "TOO_MANY_OPEN_ORDERS,       101, 100, open_orders,       101,    100",
        "TOO_MANY_LIVE_INTENTS,      101, 100, live_intents,      101,    100",
        "TOO_MANY_ACCOUNTS,          101, 100, accounts,          101,    100",
        "TOO_MANY_UNSETTLED_TRADES,  100, 100, unsettled_trades,  100,    100",
        "BOOK_FULL,                  100, 100, resting_orders,    100,    100",
        "POSITION_TOO_LARGE,         120, 90,  position,          0.012,  0.009",
        "EXIT_NOT_BEYOND_ENTRY,      120, 90,  price,             12,     9",
        "EXIT_ENDS_BEFORE_ENTRY,     2000, 1000, intent_expiry,   1970-01-01T00:00:02Z, 1970-01-01T00:00:01Z"
    })
    void shouldNameLimitValueAndBound(
            RefusalReason reason, long value, long bound, String limit, String valueText, String boundText) {
        Refusal refusal = refusal(reason, value, bound);
        assertEquals(limit, refusal.figure("limit"));
        assertEquals(valueText, refusal.figure("value"));
        assertEquals(boundText, refusal.figure("bound"));
    }

    @Test
    void shouldNameTheFiguresOfIntentsAndNames() {
        assertEquals(
                Map.of("now_seconds", "70", "expiry_seconds", "60"),
                refusal(RefusalReason.INTENT_EXPIRED, 70, 60).figures());
        assertEquals(
                Map.of("expiry_seconds", "90", "latest_expiry_seconds", "80"),
                refusal(RefusalReason.INTENT_LIFE_TOO_LONG, 90, 80).figures());
        assertEquals(
                Map.of("nonce", "4294967295"),
                refusal(RefusalReason.NONCE_REPLAYED, 0xFFFF_FFFFL, 0).figures());
        assertEquals(
                Map.of("order_id", "12"),
                refusal(RefusalReason.CLIENT_ORDER_ID_REUSED, 12, 0).figures());
        assertEquals(
                Map.of("market", "BTC-PERP"),
                refusal(RefusalReason.UNKNOWN_MARKET, 1, 0).figures());
    }

    @ParameterizedTest
    @CsvSource({
        "BUY,  1005, 1000,      best_ask, 99.9",
        "SELL, 995,  1000,      best_bid, 100.1",
        "BUY,  1,    1,         best_ask, ",
        "SELL, 5,    100000000, best_bid, "
    })
    void shouldSuggestTheNearestPostOnlyPriceThatTheMarketTakes(
            Side side, long priceTicks, long bestTicks, String limit, String suggested) {
        Refusal refusal = refusal(RefusalReason.POST_ONLY_WOULD_CROSS, priceTicks, bestTicks, ticket(BTC, side, 10));
        assertEquals(limit, refusal.figure("limit"));
        assertEquals(BTC.price(bestTicks), refusal.figure("bound"));
        assertEquals(suggested, refusal.figure("suggested_price"));
    }

    @Test
    void shouldSuggestWhatCanBeFilledUnlessItIsLessThanTheMarketTakes() {
        OrderTicket order = ticket(ADA, Side.BUY, 50);
        assertEquals("1", refusal(RefusalReason.FOK_NOT_FILLABLE, 50, 10, order).figure("suggested_quantity"));
        assertNull(refusal(RefusalReason.FOK_NOT_FILLABLE, 50, 9, order).figure("suggested_quantity"));
        assertNull(refusal(RefusalReason.FOK_NOT_FILLABLE, 50, 0, order).figure("suggested_quantity"));
    }

    @Test
    void shouldSuggestTheQuantityThatKeepsThePositionWithinItsLimit() {
        OrderTicket order = ticket(ADA, Side.SELL, 50);
        assertEquals(
                "2", refusal(RefusalReason.POSITION_TOO_LARGE, 130, 100, order).figure("suggested_quantity"));
        assertNull(refusal(RefusalReason.POSITION_TOO_LARGE, 141, 100, order).figure("suggested_quantity"));
        assertNull(refusal(RefusalReason.POSITION_TOO_LARGE, 250, 100, order).figure("suggested_quantity"));
    }
}
